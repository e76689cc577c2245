import type { ApiClient } from '../api/client.ts'
import { type Clock, hostClock, pause } from '../clock.ts'
import { KubeError } from '../error.ts'
import { held, isFree, type Observed, observe, released } from './decide.ts'
import { type Lease, LeaseLock } from './lease.ts'

export interface ElectionOptions {
  readonly namespace: string
  /** Of the lease: one for each thing that one alone is to do. */
  readonly name: string
  /** Who we are: another one for each process, like `<pod>_<random>`. */
  readonly identity: string
  /** How long others wait after the last renewal before they take over. */
  readonly leaseMs?: number
  /** How long a leader that cannot renew goes on; shorter than `leaseMs`, so that there are never two. */
  readonly renewDeadlineMs?: number
  /** How often it is renewed, and asked for. */
  readonly retryMs?: number
  readonly clock?: Clock
  readonly random?: () => number
}

/** How an election stands. */
export interface ElectionStatus {
  readonly leading: boolean
  /** Who leads, as far as is known. */
  readonly leader?: string
  /** What went wrong last, as long as it does. */
  readonly error?: string
}

const defaults = { leaseMs: 15_000, renewDeadlineMs: 10_000, retryMs: 2000 }

/**
 * One of several that stand for a lease. While it leads, a task runs; its signal is aborted as soon as the lease can no longer be renewed in
 * time, and it has until the lease ends, `leaseMs - renewDeadlineMs`, to stop. Clocks of different machines are never compared.
 */
export class Election implements AsyncDisposable {
  readonly #options: ElectionOptions & typeof defaults
  readonly #lock: LeaseLock
  readonly #clock: Clock
  readonly #random: () => number
  readonly #ending = new AbortController()
  readonly #run: Promise<void>
  #observed: Observed | undefined
  #leading = false
  #renewedAt = 0
  #error: string | undefined

  /** Stands at once. `lead` runs each time that it is elected. */
  constructor(client: ApiClient, options: ElectionOptions, lead: (lost: AbortSignal) => Promise<void>) {
    this.#options = { ...defaults, ...options }
    this.#clock = options.clock ?? hostClock
    this.#random = options.random ?? Math.random
    this.#lock = new LeaseLock(client, options.namespace, options.name)
    const { leaseMs, renewDeadlineMs, retryMs } = this.#options
    if (!(retryMs < renewDeadlineMs && renewDeadlineMs < leaseMs))
      throw new KubeError(
        'CONFIGURATION',
        `stand for the lease ${options.name}`,
        `retryMs ${retryMs}, renewDeadlineMs ${renewDeadlineMs} and leaseMs ${leaseMs} have to grow in this order`,
      )
    this.#run = this.#stand(lead)
  }

  status(): ElectionStatus {
    const leader = this.#holder()
    return {
      leading: this.#leading,
      ...(leader && { leader }),
      ...(this.#error !== undefined && { error: this.#error }),
    }
  }

  /** Stops leading, waits for the task to end, and lets the lease go, so that another one can have it at once. */
  async [Symbol.asyncDispose](): Promise<void> {
    this.#ending.abort()
    await this.#run
  }

  async #stand(lead: (lost: AbortSignal) => Promise<void>): Promise<void> {
    const { signal } = this.#ending
    while (!signal.aborted) {
      if (await this.#acquire(signal)) await this.#leadOnce(lead)
      await this.#pause(Infinity, signal)
    }
  }

  /** Whether the lease is ours now, for another while. */
  async #acquire(signal: AbortSignal): Promise<boolean> {
    try {
      const lease = await this.#lock.get(signal)
      this.#observed = lease && observe(this.#observed, lease, this.#clock.elapsed())
      const free = !this.#observed || isFree(this.#observed, this.#options, this.#clock.elapsed())
      if (free) await this.#hold(lease, signal)
      this.#error = undefined
      return free
    } catch (error) {
      // Another one was quicker: that is how it is meant.
      this.#error = isConflict(error) ? undefined : (error as Error).message
      return false
    }
  }

  /** Writes that the lease is ours. It counts from before it was asked for. */
  async #hold(lease: Lease | undefined, signal: AbortSignal): Promise<void> {
    const asked = this.#clock.elapsed()
    const spec = held(lease?.spec, this.#options, this.#clock.wall())
    const mine = await (lease ? this.#lock.replace(lease, spec, signal) : this.#lock.create(spec, signal))
    this.#observed = observe(this.#observed, mine, this.#clock.elapsed())
    this.#renewedAt = asked
  }

  async #leadOnce(lead: (lost: AbortSignal) => Promise<void>): Promise<void> {
    this.#leading = true
    const [lost, done] = [new AbortController(), new AbortController()]
    const task = lead(lost.signal)
      .catch((error: Error) => {
        this.#error = error.message
      })
      .finally(() => done.abort())
    await this.#renewUntil(AbortSignal.any([this.#ending.signal, done.signal]))
    this.#leading = false
    lost.abort()
    await task
    await this.#release()
  }

  /** Until it is to end, another one has the lease, or it could not be renewed in time. */
  async #renewUntil(signal: AbortSignal): Promise<void> {
    while (this.#holder() === this.#options.identity) {
      await this.#pause(this.#left(), signal)
      if (signal.aborted || this.#left() <= 0) return
      await this.#renew(signal)
    }
  }

  /** How long it may go on without being renewed. */
  #left(): number {
    return this.#renewedAt + this.#options.renewDeadlineMs - this.#clock.elapsed()
  }

  async #renew(signal: AbortSignal): Promise<void> {
    const limit = new AbortController()
    const cancel = this.#clock.set(this.#left(), () => limit.abort())
    const both = AbortSignal.any([signal, limit.signal])
    try {
      await this.#hold(this.#observed?.lease, both)
      this.#error = undefined
    } catch (error) {
      // Somebody has written to it, who may not have taken it.
      if (isConflict(error)) await this.#acquire(both)
      else this.#error = (error as Error).message
    } finally {
      cancel()
    }
  }

  #holder(): string {
    return this.#observed?.lease.spec.holderIdentity ?? ''
  }

  async #release(): Promise<void> {
    const limit = AbortSignal.timeout(2000)
    try {
      while (this.#holder() === this.#options.identity) await this.#letGo(this.#observed!.lease, limit)
    } catch {
      // Then others wait until it ends by itself.
    }
  }

  /** Once; a renewal that was given up on may have arrived nevertheless, and then the lease is another one. */
  async #letGo(lease: Lease, signal: AbortSignal): Promise<void> {
    let now: Lease | undefined
    try {
      now = await this.#lock.replace(lease, released(lease.spec, this.#clock.wall()), signal)
    } catch (error) {
      if (!isConflict(error)) throw error
      now = await this.#lock.get(signal)
    }
    this.#observed = now && observe(this.#observed, now, this.#clock.elapsed())
  }

  #pause(mostMs: number, signal: AbortSignal): Promise<void> {
    const ms = this.#options.retryMs * (0.8 + this.#random() * 0.4)
    return pause(this.#clock, Math.min(ms, Math.max(mostMs, 0)), signal)
  }
}

function isConflict(error: unknown): boolean {
  return error instanceof KubeError && error.status === 409
}
