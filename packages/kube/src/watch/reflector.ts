import { Backoff } from '../backoff.ts'
import { pause } from '../clock.ts'
import { KubeError, type KubeErrorCode } from '../error.ts'
import type { RestartReason } from '../follow/status.ts'
import type { KubeObject } from '../objects/kinds.ts'
import type { Following } from './following.ts'
import { listAll } from './list.ts'
import { Watch } from './watch.ts'

/** A watch that lasted this long was a good one: the next failure is the first. */
const GOOD_MS = 10_000

/** One that ends sooner counts as a failure, so that it is not asked for again and again. */
const SHORT_MS = 1000

/** How to come to know all objects: in pages, or on the watch itself, which Kubernetes can from 1.32 on. */
export type Listing = 'pages' | 'watch'

/**
 * Keeps a store like what the API server has: lists, watches from there on, and goes on from the last version after whatever happens.
 * The store only ever goes from one known state to the next: while all is listed again, readers see what was known before.
 */
export class Reflector<T extends KubeObject> {
  readonly #following: Following<T>
  readonly #backoff: Backoff
  #listing: Listing
  #version: string | undefined
  /** Watches in a row that told nothing but nonsense. */
  #nonsense = 0

  constructor(following: Following<T>, listing: Listing) {
    this.#following = following
    this.#listing = listing
    this.#backoff = new Backoff({ ...following.limits.backoff, random: following.random })
  }

  /** Until the signal says so. Never throws. */
  async run(): Promise<void> {
    const { signal, clock, tally } = this.#following
    while (!signal.aborted) {
      const began = clock.elapsed()
      try {
        await this.#once()
      } catch (error) {
        if (signal.aborted) break
        if (clock.elapsed() - began >= GOOD_MS) this.#backoff.reset()
        await this.#recover(error)
      }
    }
    tally.ends()
  }

  /** One watch, with a list before it where one is needed. */
  async #once(): Promise<void> {
    const { tally, clock } = this.#following
    if (this.#version === undefined) {
      tally.goes('listing')
      if (this.#listing === 'pages') this.#version = await listAll(this.#following)
    }
    const began = clock.elapsed()
    const watch = new Watch(this.#following, this.#version)
    try {
      await watch.run()
    } catch (error) {
      if (!watch.initial || !refusesInitial(error)) throw error
      this.#listing = 'pages'
      return
    } finally {
      this.#version = watch.version
      if (watch.moved) this.#nonsense = 0
    }
    if (clock.elapsed() - began < SHORT_MS)
      throw new KubeError('UNREACHABLE', `watch ${this.#following.kind.plural}`, 'was ended as soon as it had begun')
    this.#backoff.reset()
  }

  /** Waits before the next try, and decides what it goes on from. */
  async #recover(error: unknown): Promise<void> {
    const { tally, clock, signal } = this.#following
    const reason = reasonOf(error)
    if (reason === 'expired' || (reason === 'malformed' && ++this.#nonsense > 1)) this.#version = undefined
    const waitMs = Math.max(this.#backoff.next(), this.#asked(error))
    tally.fails(reason, (error as Error).message, waitMs)
    await pause(clock, waitMs, signal)
  }

  /** How long the API server wants to be left alone; a little longer, so that not all come back at once. */
  #asked(error: unknown): number {
    const ms = error instanceof KubeError ? error.retryAfterMs : undefined
    return ms === undefined ? 0 : ms * (1 + this.#following.random() / 5)
  }
}

/** Answers that say nothing about whether it can: who asks is not known, or is to wait. */
const unrelated = [401, 403, 429]

/**
 * Whether an API server does not list on the watch: it says so, at once or on the watch (that its etcd is too old, say, by a 500), or it tells
 * nothing at all.
 */
function refusesInitial(error: unknown): boolean {
  if (!(error instanceof KubeError)) return false
  return error.code === 'SILENT' || (error.code === 'REFUSED' && !unrelated.includes(error.status ?? 0))
}

function reasonOf(error: unknown): RestartReason {
  if (!(error instanceof KubeError)) return 'malformed'
  if (error.status === 429) return 'throttled'
  return reasons[error.code] ?? 'refused'
}

const reasons: Readonly<Partial<Record<KubeErrorCode, RestartReason>>> = {
  UNREACHABLE: 'unreachable',
  EXPIRED: 'expired',
  MALFORMED: 'malformed',
  SILENT: 'silent',
}
