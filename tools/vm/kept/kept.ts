import { existsSync, mkdirSync, readFileSync, rmSync } from 'node:fs'
import { join } from 'node:path'
import { type JobResult, type Needs, type Piece, pieceName, type Work } from '../guest/job.ts'

/** Where it stays, below the project. */
export const KEPT_FOLDER = '.cache/test-kernels'

/** What is kept of a kernel's results: a piece for the programs and one for each file of tests, over many runs. */
export class Kept {
  /** The virtual machine writes into it. */
  readonly folder: string

  /** `version`: `6.1.176`. */
  constructor(root: string, version: string) {
    this.folder = join(root, KEPT_FOLDER, version)
    mkdirSync(this.folder, { recursive: true })
  }

  /** Takes out of a job what is known: nothing that it reaches has changed, and nothing has failed. */
  missing(work: Work): Work {
    return {
      ...work,
      objects: this.#holds(work.sum) ? [] : work.objects,
      tests: work.tests.filter(({ file, sum }) => !this.#holds(sum, file)),
    }
  }

  /** Before they are made anew. */
  forget({ objects, tests }: Work): void {
    if (objects.length > 0) this.#remove()
    for (const { file } of tests) this.#remove(file)
  }

  /** What there is of a job, put together. */
  collect({ objects, sum, tests }: Work): Collected {
    const found = tests.map(({ file, sum }) => ({ file, piece: this.#read(sum, file) }))
    const programs = objects.length > 0 ? this.#read(sum) : undefined
    const pieces = [programs, ...found.map(({ piece }) => piece)].filter((piece) => piece !== undefined)
    const result = {
      loads: pieces.flatMap(({ loads }) => loads),
      tests: pieces.flatMap(({ tests }) => tests),
      needs: Object.assign({}, ...pieces.map(({ needs }) => needs)) as Needs,
    }
    const unknown = found.filter(({ piece }) => !piece).map(({ file }) => file)
    return { result, unknown: objects.length > 0 && !programs ? ['the programs', ...unknown] : unknown }
  }

  /** The part of a job of which nothing is known. */
  unknown(work: Work): Work {
    return {
      ...work,
      objects: this.#read(work.sum) ? [] : work.objects,
      tests: work.tests.filter(({ file, sum }) => this.#read(sum, file) === undefined),
    }
  }

  #holds(sum: string, file?: string): boolean {
    const piece = this.#read(sum, file)
    return piece !== undefined && !piece.tests.some(({ status }) => status === 'failed')
  }

  #read(sum: string, file?: string): Piece | undefined {
    const path = join(this.folder, pieceName(file))
    if (!existsSync(path)) return undefined
    const piece = JSON.parse(readFileSync(path, 'utf8')) as Piece
    return piece.sum === sum ? piece : undefined
  }

  #remove(file?: string): void {
    rmSync(join(this.folder, pieceName(file)), { force: true })
  }
}

/** A kernel's results, as far as they are known. */
export interface Collected {
  readonly result: JobResult
  /** Files of tests, or the programs, that have not been run. */
  readonly unknown: readonly string[]
}
