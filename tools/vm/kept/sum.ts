import { createHash } from 'node:crypto'
import { existsSync, globSync, readFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { isTaken } from '../boot/project.ts'

/** Every test goes through these; documents stand in the root. */
const SHARED = ['tools/jest', 'packages/testbed']
const SINGLE = ['package-lock.json', 'jest.config.ts']

/** Folders that tests read, where they, or an application's helpers for tests, name them. */
const READ = ['docs', 'examples', 'deploy']

/** Of a file's own folders only what is no test, or the test itself. */
const TEST = /\.test\.ts$/

/**
 * Sums over what tests reach: their package and those that it stands on, the testbed, what runs them. As long as a sum is
 * the same, what came of a test still holds.
 */
export class Sums {
  readonly #root: string
  /** Package's name → its folder. */
  readonly #packages: ReadonlyMap<string, string>
  readonly #folders = new Map<string, string>()

  constructor(root: string) {
    this.#root = root
    const files = globSync('{packages,apps,tools}/*/package.json', { cwd: root })
    this.#packages = new Map(files.map((path) => [manifest(join(root, path)).name, dirname(path)]))
  }

  /** Of a test, by its path. */
  ofTest(file: string): string {
    const own = readFileSync(join(this.#root, file), 'utf8')
    const [kind = '', name = '', inside] = file.split('/')
    const reached = this.#below([`${kind}/${name}`, ...SHARED])
    const read = READ.filter((folder) => own.includes(folder) || (kind === 'apps' && inside === 'test'))
    return digest([own, ...[...reached, ...read].toSorted().map((folder) => this.#ofFolder(folder)), ...this.#single()])
  }

  /** Of programs, by the paths of their objects, with what loads them. */
  ofPrograms(objects: readonly string[]): string {
    const reached = this.#below(['packages/datapath', ...SHARED])
    return digest([...objects, ...[...reached].toSorted().map((folder) => this.#ofFolder(folder))])
  }

  /** Folders, and those of all packages that these depend on. */
  #below(folders: readonly string[], found: Set<string> = new Set()): Set<string> {
    for (const folder of folders) {
      if (found.has(folder)) continue
      found.add(folder)
      const path = join(this.#root, folder, 'package.json')
      const { dependencies = {}, devDependencies = {} } = existsSync(path) ? manifest(path) : {}
      const names = Object.keys({ ...dependencies, ...devDependencies })
      this.#below(
        names.flatMap((name) => this.#packages.get(name) ?? []),
        found,
      )
    }
    return found
  }

  #ofFolder(folder: string): string {
    const known = this.#folders.get(folder)
    if (known !== undefined) return known
    const paths = globSync(`${folder}/**/*`, {
      cwd: this.#root,
      withFileTypes: true,
      exclude: [`${folder}/**/node_modules`],
    })
      .filter((entry) => entry.isFile() && !TEST.test(entry.name))
      .map((entry) => join(entry.parentPath, entry.name))
      .filter((path) => isTaken(path.slice(this.#root.length + 1)))
      .toSorted()
    const sum = digest(paths.flatMap((path) => [path.slice(this.#root.length), readFileSync(path)]))
    this.#folders.set(folder, sum)
    return sum
  }

  #single(): string[] {
    return SINGLE.map((path) => readFileSync(join(this.#root, path), 'utf8'))
  }
}

interface Manifest {
  readonly name: string
  readonly dependencies?: Readonly<Record<string, string>>
  readonly devDependencies?: Readonly<Record<string, string>>
}

function manifest(path: string): Manifest {
  return JSON.parse(readFileSync(path, 'utf8')) as Manifest
}

function digest(parts: readonly (string | Uint8Array)[]): string {
  const hash = createHash('sha256')
  for (const part of parts) hash.update(`${part.length}:`).update(part)
  return hash.digest('hex').slice(0, 16)
}
