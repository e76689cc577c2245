import { Link } from '@skep/companion'
import { backendKey } from '../check/desired.ts'
import type { HealthRecord } from '../record.ts'
import type { SchedulerStats } from '../schedule/scheduler.ts'
import { type FromProcess, readFromProcess, type ToProcess } from './messages.ts'

const ANSWER_MS = 2000

export interface WatchOptions {
  readonly socket: string
  /** What has changed; an empty list when backends are no longer checked. */
  readonly onRecords?: ((changed: readonly HealthRecord[]) => void) | undefined
  /** How long the process may take to greet. By default 2 s. */
  readonly timeoutMs?: number | undefined
}

/**
 * Watches what a health process knows, without steering it: for a command line, a status page, a second pair of eyes. Up
 * to fifteen may watch beside the control plane; they do not keep a process alive that nobody steers.
 */
export class HealthWatch implements Disposable {
  /** Of the process that is watched. */
  readonly pid: number
  readonly release: string
  /** Resolves when there is nothing more to see: the process has ended, or `close` was called. */
  readonly closed: Promise<void>
  readonly #link: Link<FromProcess, ToProcess>
  #records: Map<string, HealthRecord>
  #stats: SchedulerStats | undefined

  private constructor(link: Link<FromProcess, ToProcess>, { pid, release, records }: Greeting) {
    this.#link = link
    this.pid = pid
    this.release = release
    this.closed = link.closed
    this.#records = keyed(records)
  }

  /** `undefined`: nobody answers there, or it is no health process. */
  static async open({ socket, onRecords, timeoutMs = ANSWER_MS }: WatchOptions): Promise<HealthWatch | undefined> {
    const link = await Link.open<FromProcess, ToProcess>(socket, readFromProcess)
    if (link === undefined) return undefined
    let watch: HealthWatch | undefined
    const greeted = Promise.withResolvers<HealthWatch | undefined>()
    const deadline = setTimeout(() => link.close(), timeoutMs)
    link.listen(
      (message) => {
        if (message.type === 'hello') greeted.resolve((watch = new HealthWatch(link, message)))
        else if (watch !== undefined) watch.#hear(message, onRecords)
      },
      () => {},
    )
    void link.closed.then(() => greeted.resolve(undefined))
    const opened = await greeted.promise
    clearTimeout(deadline)
    return opened
  }

  /** All that the process knows, as far as it has told. */
  records(): readonly HealthRecord[] {
    return [...this.#records.values()]
  }

  /** The process's own figures; `undefined` in the first second. */
  stats(): SchedulerStats | undefined {
    return this.#stats
  }

  close(): void {
    this.#link.close()
  }

  [Symbol.dispose](): void {
    this.close()
  }

  #hear(message: Exclude<FromProcess, Greeting>, onRecords: WatchOptions['onRecords']): void {
    if (message.type === 'stats') this.#stats = message.stats
    if (message.type === 'all') this.#records = keyed(message.records)
    if (message.type === 'records') for (const one of message.records) this.#records.set(keyOf(one), one)
    if (message.type === 'all' || message.type === 'records') onRecords?.(message.records)
  }
}

type Greeting = FromProcess & { readonly type: 'hello' }

/** Ends the health process that listens on a socket, and waits until it has let go; its number, if there was one. */
export async function stopHealthProcess(socket: string): Promise<number | undefined> {
  const link = await Link.open<FromProcess, ToProcess>(socket, readFromProcess)
  if (link === undefined) return undefined
  let pid: number | undefined
  const deadline = setTimeout(() => link.close(), ANSWER_MS)
  link.listen(
    (message) => {
      if (message.type !== 'hello') return
      pid = message.pid
      clearTimeout(deadline)
      link.send({ type: 'stop' })
    },
    () => {},
  )
  await link.closed
  clearTimeout(deadline)
  return pid
}

function keyed(records: readonly HealthRecord[]): Map<string, HealthRecord> {
  return new Map(records.map((record) => [keyOf(record), record]))
}

function keyOf(record: HealthRecord): string {
  return `${record.service} ${backendKey(record)}`
}
