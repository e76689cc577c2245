import type { WorkerOptions } from 'node:worker_threads'
import { Worker } from 'node:worker_threads'

interface Enterable {
  run<T>(fn: () => T): T
}

/** The constructor starts the worker's thread, and a thread starts in the namespace of the one that makes it. */
export function workerIn(namespace: Enterable, module: URL | string, options: WorkerOptions): Worker {
  return namespace.run(() => new Worker(module, options))
}
