import type { WorkerOptions } from 'node:worker_threads'
import { Worker } from 'node:worker_threads'

/** Where a thread runs: a host of a topology, or {@link here}. */
export interface Place {
  readonly name: string
  /** Starts a thread there. */
  worker(module: URL, options?: WorkerOptions): Worker
}

/** The network namespace of this process. */
export const here: Place = {
  name: 'here',
  worker: (module, options) => new Worker(module, options),
}

/** The URL of a module beside the caller's, in source (`.ts`) and when compiled (`.js`). */
export function besideModule(callerUrl: string, name: string): URL {
  return new URL(`${name}${callerUrl.endsWith('.ts') ? '.ts' : '.js'}`, callerUrl)
}
