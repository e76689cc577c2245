import { once } from 'node:events'
import { Worker } from 'node:worker_threads'
import type { NetworkNamespace } from 'netlink-ts'

/** What the thread is told. */
export interface RelayData {
  readonly namespaceFd: number
  readonly addresses: readonly string[]
  readonly port: number
}

/**
 * Lets hosts in namespaces reach a port of 127.0.0.1 in this one: a thread listens in there and connects out here, bytes
 * go through as they are.
 */
export class Relay implements AsyncDisposable {
  readonly #thread: Worker

  static async start(namespace: NetworkNamespace, addresses: readonly string[], port: number): Promise<Relay> {
    const workerData: RelayData = { namespaceFd: namespace.fd, addresses, port }
    const thread = new Worker(new URL('relay-thread.ts', import.meta.url), {
      workerData,
      execArgv: ['--conditions=@skep/source'],
    })
    await once(thread, 'message')
    return new Relay(thread)
  }

  constructor(thread: Worker) {
    this.#thread = thread
    thread.unref()
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#thread.terminate()
  }
}
