import type { Place } from '../thread/place.ts'
import { besideModule } from '../thread/place.ts'
import { RemoteThread } from '../thread/rpc.ts'
import type { HeldReport, HoldOptions } from './options.ts'

/** Connections that stay open, from a host; disposing of it resets them. */
export class HeldConnections implements AsyncDisposable {
  /** How opening went. */
  readonly opened: HeldReport
  readonly #thread: RemoteThread

  constructor(opened: HeldReport, thread: RemoteThread) {
    this.opened = opened
    this.#thread = thread
  }

  /** Sends a message over each and awaits its echo. What does not answer is told once and given up. */
  check(): Promise<HeldReport> {
    return this.#thread.call('check')
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#thread[Symbol.asyncDispose]()
  }
}

/**
 * Opens TCP connections from a host and keeps them, to see later which of them live.
 *
 *     await using held = await holdConnections(net.client, { address: '10.0.0.100', port: 7, connections: 200 })
 *     // … restart the load balancer …
 *     expect((await held.check()).broken).toEqual([])
 */
export async function holdConnections(place: Place, options: HoldOptions): Promise<HeldConnections> {
  const worker = place.worker(besideModule(import.meta.url, 'thread'), { workerData: options })
  const thread = await RemoteThread.start(worker)
  try {
    return new HeldConnections(await thread.call<HeldReport>('open'), thread)
  } catch (error) {
    await thread[Symbol.asyncDispose]()
    throw error
  }
}
