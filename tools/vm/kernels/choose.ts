import type { Stanza } from './stanza.ts'

/** The kernels that everything is tried on: the oldest one that is supported, Debian's of three releases, and what comes. */
export const MATRIX: readonly string[] = ['5.10', '6.1', '6.12', 'newest']

/** A kernel as the archive has it. */
export interface ChosenKernel {
  /** What was asked for: `6.1`, `newest`. */
  readonly wanted: string
  /** As `uname -r` says: `6.1.0-50-amd64`. */
  readonly release: string
  /** The package's version: `6.1.176-1`. */
  readonly version: string
  readonly packages: readonly { readonly name: string; readonly version: string; readonly sha256: string }[]
}

/** Full kernels only: no `-rt-`, `-cloud-`, `-dbg`, `-unsigned`, and no release candidates. */
const IMAGE = /^linux-image-(\d[\w.+]*?(?:-\d+)?-amd64)$/

/** Parts that an image has been split into since Linux 7.3. */
const PART = /^linux-(binary|modules)-\d/

/** The newest kernel of each series asked for, of what the archive has; a series that it does not have is left out. */
export function chooseKernels(stanzas: readonly Stanza[], wanted: readonly string[]): ChosenKernel[] {
  const images = stanzas
    .filter((one) => IMAGE.test(one.package) && !one.version.includes('~rc'))
    .toSorted((a, b) => compareVersions(b.version, a.version))
  return wanted.flatMap((name) => {
    const image = images.find(({ version }) => name === 'newest' || seriesOf(version) === name)
    return image ? [chosen(name, image, stanzas)] : []
  })
}

/** `6.1.176-1` → `6.1` */
export function seriesOf(version: string): string {
  return /^\d+\.\d+/.exec(version)?.[0] ?? version
}

function chosen(wanted: string, image: Stanza, stanzas: readonly Stanza[]): ChosenKernel {
  const names = [image.package, ...image.depends.filter((name) => PART.test(name))]
  const packages = names.flatMap((name) => {
    const found = stanzas.find((one) => one.package === name)
    return found ? [{ name, version: found.version, sha256: found.sha256 }] : []
  })
  const release = IMAGE.exec(image.package)?.[1] ?? ''
  return { wanted, release, version: image.version, packages }
}

/** By their numbers, from the left: what Debian's kernels need of its rules. */
export function compareVersions(a: string, b: string): number {
  const [left, right] = [numbers(a), numbers(b)]
  for (let index = 0; index < Math.max(left.length, right.length); index++) {
    const difference = (left[index] ?? 0) - (right[index] ?? 0)
    if (difference !== 0) return difference
  }
  return 0
}

function numbers(version: string): number[] {
  return (version.match(/\d+/g) ?? []).map(Number)
}
