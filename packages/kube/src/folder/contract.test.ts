import { mkdirSync, mkdtempSync, renameSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, test } from '@jest/globals'
import { sourceContract, type Subject } from '../../test/contract.ts'
import { FolderSource } from '../index.ts'

class Folder implements Subject {
  readonly #root = mkdtempSync(join(tmpdir(), 'skep-kube-contract-'))
  readonly #folder = join(this.#root, 'objects')

  constructor() {
    mkdirSync(this.#folder)
  }

  source(): FolderSource {
    return new FolderSource(this.#folder, { settleMs: 1, retryMs: 5 })
  }

  put: Subject['put'] = async (kind, object) => {
    const file = this.#file(kind.kind, object.metadata.name, object.metadata.namespace)
    writeFileSync(`${file}.new`, JSON.stringify({ apiVersion: kind.apiVersion, kind: kind.kind, ...object }))
    renameSync(`${file}.new`, file)
  }

  remove: Subject['remove'] = async (kind, name, namespace) => rmSync(this.#file(kind.kind, name, namespace))
  lost: Subject['lost'] = async () => renameSync(this.#folder, `${this.#folder}.away`)
  found: Subject['found'] = async () => renameSync(`${this.#folder}.away`, this.#folder)

  async [Symbol.asyncDispose](): Promise<void> {
    rmSync(this.#root, { recursive: true })
  }

  #file(kind: string, name: string, namespace = ''): string {
    return join(this.#folder, `${kind}-${namespace}-${name}.json`)
  }
}

const folder = new Folder()
afterAll(() => folder[Symbol.asyncDispose]())
sourceContract(test, () => folder, 'shop')
