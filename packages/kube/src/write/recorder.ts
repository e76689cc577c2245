import { createHash } from 'node:crypto'
import type { ApiClient } from '../api/client.ts'
import { type Clock, hostClock } from '../clock.ts'
import { KubeError } from '../error.ts'
import { TokenBucket } from './bucket.ts'
import {
  eventBody,
  eventKey,
  type KubeEvent,
  namespaceOf,
  type Reporter,
  seriesBody,
  type ToldEvent,
  toldEvent,
} from './event.ts'

export interface RecorderOptions extends Reporter {
  readonly clock?: Clock
  /** So many at once, and then so many a second, of this recorder. */
  readonly burst?: number
  readonly perSecond?: number
  /** Events that wait; more are dropped and counted. */
  readonly mostWaiting?: number
  /** How long the same event counts as a repetition, and is written as one with a count. */
  readonly seriesMs?: number
}

/** One event, with its repetitions. */
interface Series {
  readonly event: KubeEvent
  readonly key: string
  name: string
  readonly firstAt: number
  lastAt: number
  count: number
  /** How many there were when it was found: told before this process began. */
  before: number
  /** How many of them the API server knows of. */
  written: number
}

const defaults = { burst: 25, perSecond: 1, mostWaiting: 1000, seriesMs: 6 * 60_000 }
/** An event that was told before a restart, and is told again, goes on for so long. */
const ADOPT_MS = 60 * 60_000

/** Writes events to the API server: in the background, the same ones as one with a count, and not too many. */
export class EventRecorder implements AsyncDisposable {
  readonly #client: ApiClient
  readonly #reporter: Reporter
  readonly #clock: Clock
  readonly #options: typeof defaults
  readonly #bucket: TokenBucket
  /** By what they say, the one that was told last at the end. */
  readonly #series = new Map<string, Series>()
  readonly #waiting = new Set<Series>()
  readonly #ending = new AbortController()
  #writing: Promise<void> | undefined
  #cancel: () => void = () => undefined
  #dropped = 0
  #written = 0

  constructor(client: ApiClient, { controller, instance, clock = hostClock, ...options }: RecorderOptions) {
    this.#client = client
    this.#reporter = { controller, instance }
    this.#clock = clock
    this.#options = { ...defaults, ...options }
    this.#bucket = new TokenBucket(clock, this.#options)
  }

  /** Written to the API server, and dropped: too many were waiting, or the API server did not take it. */
  get counts(): { readonly written: number; readonly dropped: number; readonly waiting: number } {
    return { written: this.#written, dropped: this.#dropped, waiting: this.#waiting.size }
  }

  /** Tells an event. Returns at once, and never throws. */
  record(event: KubeEvent): void {
    if (this.#ending.signal.aborted) return
    const series = this.#seriesOf(event)
    if (!this.#waiting.has(series) && this.#waiting.size >= this.#options.mostWaiting) {
      this.#dropped++
      return
    }
    this.#waiting.add(series)
    this.#write()
  }

  /** Resolves when all that waits has been written or dropped, as fast as the limit lets it. */
  async flushed(): Promise<void> {
    while (this.#writing) await this.#writing
  }

  /** What still waits is dropped. */
  async [Symbol.asyncDispose](): Promise<void> {
    this.#ending.abort()
    this.#cancel()
    this.#dropped += this.#waiting.size
    this.#waiting.clear()
    await this.#writing
  }

  #seriesOf(event: KubeEvent): Series {
    const now = this.#clock.wall()
    const key = event.shared === true ? eventKey(event) : `${eventKey(event)}\0${this.#reporter.instance}`
    const known = this.#series.get(key)
    this.#series.delete(key)
    const goesOn = known !== undefined && now - known.lastAt <= this.#options.seriesMs
    const series = goesOn
      ? known
      : {
          event,
          key,
          name: nameOf(event, key, known && now),
          firstAt: now,
          lastAt: now,
          count: 0,
          before: 0,
          written: 0,
        }
    series.lastAt = now
    series.count++
    this.#series.set(key, series)
    this.#forget()
    return series
  }

  /** Series are remembered for a while only, and not more than there is room for. */
  #forget(): void {
    const most = this.#options.mostWaiting * 4
    for (const [key, { lastAt }] of this.#series) {
      if (this.#series.size <= most && this.#clock.wall() - lastAt <= this.#options.seriesMs) return
      this.#series.delete(key)
    }
  }

  #write(): void {
    this.#writing ??= this.#writeAll().finally(() => {
      this.#writing = undefined
    })
  }

  async #writeAll(): Promise<void> {
    for (let [series] = this.#waiting; series !== undefined; [series] = this.#waiting) {
      if (!this.#bucket.take()) {
        await new Promise<void>((resolve) => {
          const cancel = this.#clock.set(this.#bucket.waitMs, resolve)
          this.#cancel = () => {
            cancel()
            resolve()
          }
        })
        continue
      }
      this.#waiting.delete(series)
      await this.#writeOne(series)
    }
  }

  async #writeOne(series: Series): Promise<void> {
    const { count, event } = series
    try {
      if (series.written === 0) await this.#begin(series)
      if (series.before + count > 1 && event.shared !== true) await this.#repeat(series, series.before + count)
      series.written = count
      this.#written++
    } catch (error) {
      if (event.shared === true && isThere(error)) return
      // Events are told, not owed: the API server may be away, and there may be no right to write them.
      this.#dropped++
    }
  }

  /** Writes it, or goes on with the one that was written before this process began. */
  async #begin(series: Series): Promise<void> {
    try {
      await this.#create(series)
    } catch (error) {
      if (series.event.shared === true || !isThere(error)) throw error
      const found = await this.#find(series)
      if (this.#clock.wall() - found.lastAt <= ADOPT_MS) {
        series.before = found.count
        return
      }
      series.name = nameOf(series.event, series.key, series.firstAt)
      await this.#create(series)
    }
  }

  async #find({ event, name }: Series): Promise<ToldEvent> {
    const found = await this.#client.json({ operation: `read the event ${event.reason}`, path: pathOf(event, name) })
    return toldEvent(found)
  }

  #create({ event, name, firstAt }: Series): Promise<unknown> {
    return this.#client.json({
      operation: `write the event ${event.reason}`,
      method: 'POST',
      path: pathOf(event),
      body: eventBody(event, this.#reporter, name, firstAt),
      signal: this.#ending.signal,
    })
  }

  #repeat({ event, name, lastAt }: Series, count: number): Promise<unknown> {
    return this.#client.json({
      operation: `count the event ${event.reason}`,
      method: 'PATCH',
      path: pathOf(event, name),
      contentType: 'application/merge-patch+json',
      body: seriesBody(count, lastAt),
      signal: this.#ending.signal,
    })
  }
}

function isThere(error: unknown): boolean {
  return error instanceof KubeError && error.status === 409
}

/** Of one event, or of all of its namespace. */
function pathOf(event: KubeEvent, name?: string): string {
  const all = `/apis/events.k8s.io/v1/namespaces/${namespaceOf(event)}/events`
  return name === undefined ? all : `${all}/${name}`
}

/**
 * Events are called after whom they are about; what they say makes the name the only one, so that a process that begins anew
 * finds what it has told. `since`: a later one that says the same.
 */
function nameOf({ about }: KubeEvent, key: string, since?: number): string {
  const told = since === undefined ? key : `${key}\0${since}`
  const digest = createHash('sha256').update(told).digest('hex').slice(0, 16)
  return `${about.name.slice(0, 230)}.${digest}`
}
