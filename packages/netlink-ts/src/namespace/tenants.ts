import type { ChildProcess } from 'node:child_process'
import { once } from 'node:events'
import type { Worker } from 'node:worker_threads'

/** The processes and workers that run in a namespace on this object's account. */
export class Tenants {
  readonly #processes = new Set<ChildProcess>()
  readonly #workers = new Set<Worker>()

  process(child: ChildProcess): ChildProcess {
    // A child that did not start has no exit; its error event is its owner's.
    if (child.pid === undefined) return child
    this.#processes.add(child)
    child.once('exit', () => this.#processes.delete(child))
    return child
  }

  worker(worker: Worker): Worker {
    this.#workers.add(worker)
    worker.once('exit', () => this.#workers.delete(worker))
    return worker
  }

  /** Kills and awaits them all. */
  async end(): Promise<void> {
    const processes = [...this.#processes]
    const exits = processes.map((child) => once(child, 'exit'))
    for (const child of processes) child.kill('SIGKILL')
    await Promise.all([...exits, ...[...this.#workers].map((worker) => worker.terminate())])
  }
}
