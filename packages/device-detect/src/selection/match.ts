import { matchesGlob } from 'node:path'
import type { LinkFacts } from '../snapshot/types.ts'

type Named = Pick<LinkFacts, 'name' | 'altNames'>

/** Whether a text stands for more than one name. */
export function isGlob(text: string): boolean {
  return /[*?[\]]/.test(text) || text.endsWith('+')
}

/** Whether a device has the name, as its own or as an alternative one. */
export function isNamed({ name, altNames }: Named, wanted: string): boolean {
  return name === wanted || altNames.includes(wanted)
}

/** Whether a device's name is the glob's or matches it. `eth+` is `eth*`, as with iptables. */
export function matches(link: Named, glob: string): boolean {
  if (isNamed(link, glob)) return true
  if (!isGlob(glob)) return false
  const pattern = glob.endsWith('+') ? `${glob.replace(/\++$/, '')}*` : glob
  return [link.name, ...link.altNames].some((name) => matchesGlob(name, pattern))
}
