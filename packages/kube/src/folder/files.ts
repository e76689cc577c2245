import { readdir, readFile, stat } from 'node:fs/promises'
import { join } from 'node:path'
import { type RawDocument, readDocuments } from './documents.ts'

interface KnownFile {
  /** Another one means that it was written. */
  readonly stamp: string
  readonly documents: readonly RawDocument[]
  readonly error?: string
}

const suffix = /\.(ya?ml|json)$/i

/** The files of a folder, with the last good state of each. */
export class Files {
  readonly #folder: string
  #known: ReadonlyMap<string, KnownFile> = new Map()

  constructor(folder: string) {
    this.#folder = folder
  }

  /** All objects, in the order of the files' names. */
  get documents(): readonly RawDocument[] {
    return [...this.#known.values()].flatMap(({ documents }) => documents)
  }

  /** What is wrong with files as they are now, by file, line and column. */
  get errors(): readonly string[] {
    return [...this.#known.values()].flatMap(({ error }) => error ?? [])
  }

  /** Looks again; returns how many bytes were read. Throws where the folder itself cannot be read. */
  async scan(): Promise<number> {
    const names = await readdir(this.#folder)
    const known = new Map<string, KnownFile>()
    let bytes = 0
    for (const name of names.filter((one) => suffix.test(one) && !one.startsWith('.')).toSorted()) {
      const before = this.#known.get(name)
      const found = await this.#read(name, before)
      if (found === undefined) continue
      known.set(name, found.file)
      bytes += found.bytes
    }
    this.#known = known
    return bytes
  }

  /** `undefined`: it is gone. */
  async #read(name: string, before: KnownFile | undefined): Promise<{ file: KnownFile; bytes: number } | undefined> {
    const path = join(this.#folder, name)
    let stamp = ''
    try {
      const { mtimeNs, size, ino, dev } = await stat(path, { bigint: true })
      stamp = `${dev} ${ino} ${size} ${mtimeNs}`
      if (before?.stamp === stamp) return { file: before, bytes: 0 }
      const text = await readFile(path, 'utf8')
      return { file: { stamp, documents: readDocuments(name, text) }, bytes: text.length }
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code === 'ENOENT') return undefined
      return { file: { stamp, documents: before?.documents ?? [], error: (error as Error).message }, bytes: 0 }
    }
  }
}
