import { type Dirent, readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { Refusal } from '@skep/config-file'

/** A value as it was written, and where. */
export interface Given {
  readonly name: string
  readonly text: string
  /** `--debug`, `CILIUM_DEBUG`, `/etc/skep/debug`. */
  readonly origin: string
}

/** What the environment's names begin with. */
export const PREFIX = 'CILIUM_'

/** What an option says that stands without a value; `undefined` where it needs one. */
export type Bare = (name: string) => string | undefined

/** `--name=value`, `--name value` and `--name` for those that may stand alone; the rest is left to the caller. */
export function fromFlags(argv: readonly string[], bare: Bare): Given[] {
  const given: Given[] = []
  for (let i = 0; i < argv.length; i++) {
    const [, name, value] = /^--([^=]+)(?:=(.*))?$/s.exec(argv[i]!) ?? []
    if (name === undefined)
      throw new Refusal(
        `${JSON.stringify(argv[i])} is not an option; write --name=value, as skep-agent config --help lists them`,
      )
    given.push({ name, text: value ?? bare(name) ?? next(argv, ++i, name), origin: `--${name}` })
  }
  return given
}

function next(argv: readonly string[], at: number, name: string): string {
  const value = argv[at]
  if (value === undefined || value.startsWith('--'))
    throw new Refusal(`--${name} lacks its value; write --${name}=value`)
  return value
}

/** `CILIUM_ENABLE_MKE=true`. */
export function fromEnvironment(environment: Readonly<Record<string, string | undefined>>): Given[] {
  return Object.entries(environment).flatMap(([key, text]) => {
    if (!key.startsWith(PREFIX) || text === undefined) return []
    return [{ name: key.slice(PREFIX.length).toLowerCase().replaceAll('_', '-'), text, origin: key }]
  })
}

/**
 * A file for each option, as a mounted ConfigMap gives them. Names that begin with a dot are the mount's own. Throws a
 * `Refusal` that names the folder when it cannot be read.
 */
export function fromFolder(folder: string): Given[] {
  return entriesOf(folder).flatMap((entry) => {
    if (entry.name.startsWith('.')) return []
    const path = join(folder, entry.name)
    const text = textOf(path)
    return text === undefined ? [] : [{ name: entry.name, text: text.trim(), origin: path }]
  })
}

/** `undefined` for a folder, also where a link leads to one. */
function textOf(path: string): string | undefined {
  try {
    return readFileSync(path, 'utf8')
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException
    if (code === 'EISDIR') return undefined
    const why = code === 'ENOENT' ? 'it is a link to what is not there' : code
    throw new Refusal(
      `${path} cannot be read: ${why}; each file of --config-dir is an option, so take it away or mend it`,
    )
  }
}

function entriesOf(folder: string): Dirent[] {
  try {
    return readdirSync(folder, { withFileTypes: true }).toSorted((a, b) => (a.name < b.name ? -1 : 1))
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException
    throw new Refusal(
      `--config-dir=${folder} cannot be read: ${code}; name the folder with a file for each option, like a mounted ConfigMap`,
    )
  }
}
