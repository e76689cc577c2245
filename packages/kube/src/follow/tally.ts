import type { Clock } from '../clock.ts'
import { objectKey, type Refusal } from '../objects/parse.ts'
import type { FollowCounts, FollowState, FollowStatus, Refused, RestartReason } from './status.ts'

const SHOWN = 100

type Counted = { -readonly [K in keyof Omit<FollowCounts, 'restarts'>]: number }

/** Keeps the books of following one kind. */
export class Tally {
  readonly counts: Counted = { lists: 0, listMs: 0, watches: 0, events: 0, bytes: 0, parseErrors: 0 }
  readonly #kind: string
  readonly #clock: Clock
  readonly #restarts: Partial<Record<RestartReason, number>> = {}
  readonly #refused = new Map<string, Refused>()
  readonly #times: { -readonly [K in 'lastContactAt' | 'lastEventAt' | 'lostSince' | 'nextTryAt']?: number } = {}
  #state: FollowState = 'listing'
  #error: string | undefined

  constructor(kind: string, clock: Clock) {
    this.#kind = kind
    this.#clock = clock
  }

  contact(bytes: number): void {
    this.counts.bytes += bytes
    this.#times.lastContactAt = this.#clock.wall()
  }

  listed(ms: number): void {
    this.counts.lists++
    this.counts.listMs = ms
    this.event(0)
  }

  event(many = 1): void {
    this.counts.events += many
    this.#times.lastEventAt = this.#clock.wall()
  }

  /** It goes on as it should. */
  goes(state: 'listing' | 'watching'): void {
    this.#state = state
    if (state === 'listing') return
    this.#error = undefined
    delete this.#times.lostSince
    delete this.#times.nextTryAt
  }

  /** It does not, and is tried again after so long. */
  fails(reason: RestartReason, error: string, retryMs: number): void {
    this.#state = 'waiting'
    this.#error = error
    this.#restarts[reason] = (this.#restarts[reason] ?? 0) + 1
    const now = this.#clock.wall()
    this.#times.lostSince ??= this.#times.lastContactAt ?? now
    this.#times.nextTryAt = now + retryMs
  }

  /** Something is wrong, but the rest goes on; `undefined`: no more. */
  complains(error: string | undefined): void {
    this.#error = error
  }

  ends(): void {
    this.#state = 'ended'
  }

  /** An object is as it cannot be read. */
  refuse(refusal: Refusal, kept: boolean): void {
    const key = objectKey(refusal.namespace, refusal.name)
    if (this.#refused.size < SHOWN || this.#refused.has(key)) this.#refused.set(key, { ...refusal, kept })
  }

  /** The object can be read, or is gone. */
  accept(key: string): void {
    this.#refused.delete(key)
  }

  /** All objects have come again: what cannot be read is told again. */
  acceptAll(): void {
    this.#refused.clear()
  }

  status(synced: boolean, objects: number): FollowStatus {
    return {
      kind: this.#kind,
      state: this.#state,
      synced,
      objects,
      ...this.#times,
      ...(this.#error !== undefined && { error: this.#error }),
      refused: [...this.#refused.values()],
      counts: { ...this.counts, restarts: { ...this.#restarts } },
    }
  }
}
