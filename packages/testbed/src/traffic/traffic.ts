import { TestbedError } from '../error.ts'
import type { Place } from '../thread/place.ts'
import { besideModule } from '../thread/place.ts'
import { RemoteThread } from '../thread/rpc.ts'
import type { TrafficOptions } from './options.ts'
import { checkTraffic } from './options.ts'
import type { TrafficProgress, TrafficReport } from './report.ts'

/** How to follow and stop traffic from outside. */
export interface TrafficHooks {
  readonly onProgress?: (progress: TrafficProgress) => void
  /** Stops the traffic as {@link Traffic.stop} does. */
  readonly signal?: AbortSignal
}

type Reached = { readonly requests: number; readonly waiting: PromiseWithResolvers<TrafficProgress> }

/** Traffic under way from a host, in a thread of its own. Disposing of it breaks it off; {@link Traffic.stop} ends it well. */
export class Traffic implements AsyncDisposable {
  /** What came of it; rejects when it was broken off. */
  readonly report: Promise<TrafficReport>
  readonly #thread: RemoteThread
  readonly #reached = new Set<Reached>()
  #progress: TrafficProgress = { requests: 0, succeeded: 0, failed: 0, elapsedMs: 0, perServer: {} }

  private constructor(thread: RemoteThread, options: TrafficOptions, hooks: TrafficHooks) {
    this.#thread = thread
    thread.on('progress', (progress: TrafficProgress) => {
      this.#advance(progress)
      hooks.onProgress?.(progress)
    })
    this.report = thread.call<TrafficReport>('run', options).finally(() => this.#end())
    // Whoever wants it awaits it; one that is broken off while nobody does is no unhandled rejection.
    this.report.catch(() => {})
    hooks.signal?.addEventListener('abort', () => void this.stop().catch(() => {}), { once: true })
  }

  /** What {@link startTraffic} does. Throws {@link TestbedError} `INVALID_TRAFFIC` for options that cannot be run. */
  static async start(place: Place, options: TrafficOptions, hooks: TrafficHooks = {}): Promise<Traffic> {
    checkTraffic(options)
    const thread = await RemoteThread.start(place.worker(besideModule(import.meta.url, 'thread')))
    const traffic = new Traffic(thread, options, hooks)
    if (hooks.signal?.aborted) await traffic.stop()
    return traffic
  }

  /** How far it is; brought up to date a few times a second. */
  get progress(): TrafficProgress {
    return this.#progress
  }

  /** Resolves when so many requests have ended; rejects when the traffic ends before. */
  async reached(requests: number): Promise<TrafficProgress> {
    if (this.#progress.requests >= requests) return this.#progress
    const reached: Reached = { requests, waiting: Promise.withResolvers() }
    this.#reached.add(reached)
    return await reached.waiting.promise
  }

  /** Starts no more requests, lets those under way end, and tells what came of it all. */
  async stop(): Promise<TrafficReport> {
    await this.#thread.call('stop')
    return await this.report
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#thread[Symbol.asyncDispose]()
  }

  #advance(progress: TrafficProgress): void {
    this.#progress = progress
    for (const reached of this.#reached) {
      if (progress.requests < reached.requests) continue
      this.#reached.delete(reached)
      reached.waiting.resolve(progress)
    }
  }

  #end(): void {
    for (const { requests, waiting } of this.#reached) {
      const trouble = `it ended after ${this.#progress.requests} requests; ${requests} were awaited`
      waiting.reject(new TestbedError('NOT_READY', 'traffic', trouble))
    }
    this.#reached.clear()
  }
}

/**
 * Starts traffic from a host and returns while it is under way.
 *
 *     await using load = await startTraffic(net.client, { protocol: 'http', url: 'http://10.0.0.100/', concurrency: 16 })
 *     await load.reached(500)
 *     expect((await load.stop()).failures).toEqual([])
 */
export function startTraffic(place: Place, options: TrafficOptions, hooks?: TrafficHooks): Promise<Traffic> {
  return Traffic.start(place, options, hooks)
}

/** Runs traffic from a host to its end, which needs a bound: `requests`, `durationMs` or `hooks.signal`. */
export async function traffic(place: Place, options: TrafficOptions, hooks?: TrafficHooks): Promise<TrafficReport> {
  if (options.requests === undefined && options.durationMs === undefined && hooks?.signal === undefined) {
    throw new TestbedError('INVALID_TRAFFIC', 'traffic', 'without requests, durationMs or a signal it would never end')
  }
  await using load = await startTraffic(place, options, hooks)
  return await load.report
}
