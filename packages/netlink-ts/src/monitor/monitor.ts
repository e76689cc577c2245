import { sharedArena } from '../arena.ts'
import { Descriptor } from '../descriptor.ts'
import { errnoName } from '../errno.ts'
import { checked } from '../error.ts'
import type { Netlink } from '../netlink.ts'
import { malformed } from '../socket.ts'
import { MessageReader } from '../wire/message.ts'
import type { Tracker } from './changes.ts'
import { tracker } from './changes.ts'
import type { Waiting } from './readable.ts'
import { untilReadable } from './readable.ts'
import { silentGroups, silentlyGone } from './silent.ts'
import type { MonitorEvent, MonitorOptions, Resync, WatchedKind } from './types.ts'

const RECEIVE_BUFFER = 1024 * 1024
/**
 * What happens to links, addresses, routes, rules, neighbours and nexthop objects of a namespace, as it happens:
 *
 *     await using monitor = netlink.monitor(['link', 'route'])
 *     for await (const event of monitor) …
 *
 * The first event is a {@link Resync} with all that is there, so nothing is missed between reading and watching. When
 * the reader is slower than the kernel and the receive buffer runs over (`ENOBUFS`), the tables are read again and
 * another `resync` tells the difference. A message that changes nothing that is shown here is not reported.
 *
 * Nothing is read from the kernel but on the reader's demand, so waiting events take no memory of the process.
 * One reader at a time; who leaves the loop may come back, disposal ends it. Equivalent to `ip monitor`. Linux 4.20. Reading takes no rights.
 */
export class Monitor implements AsyncIterable<MonitorEvent>, AsyncDisposable, Disposable {
  readonly #descriptor: Descriptor
  readonly #netlink: Netlink
  readonly #trackers: readonly Tracker[]
  readonly #signal: AbortSignal | undefined
  readonly #stale = new Set<WatchedKind>()
  #queue: MonitorEvent[] = []
  #waiting: Waiting | undefined

  /** Takes the request socket over. Use {@link Netlink.monitor}. */
  constructor(
    netlink: Netlink,
    namespaceFd: number | undefined,
    kinds: readonly WatchedKind[],
    options: MonitorOptions,
  ) {
    using cleanUp = new DisposableStack()
    this.#netlink = cleanUp.use(netlink)
    this.#signal = options.signal
    this.#trackers = [...new Set(kinds)].map((kind) => tracker(kind))
    const detail = `monitor of ${kinds.join(', ')}`
    this.#descriptor = cleanUp.use(new Descriptor({ kind: 'monitor', detail, namespaceFd, nonBlocking: true }))
    this.#descriptor.setReceiveBuffer(options.receiveBuffer ?? RECEIVE_BUFFER)
    for (const group of groupsOf(this.#trackers)) this.#descriptor.join(group)
    this.#resync('start')
    cleanUp.move()
  }

  /** Bytes of events that may wait, as the kernel counts them: twice what was asked for, with its own overhead. */
  get receiveBuffer(): number {
    return this.#descriptor.receiveBuffer
  }

  async *[Symbol.asyncIterator](): AsyncGenerator<MonitorEvent, void, undefined> {
    for (;;) {
      this.#signal?.throwIfAborted()
      const event = this.#queue.shift()
      if (event !== undefined) yield event
      else if (this.#descriptor.closed) return
      else await this.#fill()
    }
  }

  /** Ends the iteration, also one that waits, and closes. */
  [Symbol.dispose](): void {
    this.#queue = []
    this.#waiting?.cancel()
    this.#descriptor[Symbol.dispose]()
    this.#netlink[Symbol.dispose]()
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this[Symbol.dispose]()
  }

  /** Reads one datagram; what else waits stays with the kernel until its events are taken. */
  async #fill(): Promise<void> {
    const length = this.#descriptor.receive(sharedArena.bytes, false)
    if (length >= 0 && length <= sharedArena.bytes.length) this.#parse(sharedArena.bytes.subarray(0, length))
    else if (length >= 0) this.#enlarge(length)
    else if (errnoName(-length) === 'ENOBUFS') this.#resync('overrun')
    else if (errnoName(-length) !== 'EAGAIN') checked('monitor', length)
    else if (this.#stale.size > 0) this.#reloadStale()
    else await this.#wait()
  }

  #parse(datagram: Uint8Array): void {
    const reader = new MessageReader(datagram)
    for (let message = reader.next(); message !== undefined; message = reader.next()) {
      for (const each of this.#trackers) {
        const change = each.take(message)
        if (change !== undefined) this.#queue.push(change)
      }
      for (const kind of silentlyGone(message)) this.#stale.add(kind)
    }
    if (reader.error !== undefined) throw malformed('monitor', reader.error.problem)
  }

  /** An event that does not fit is lost like one that the kernel had no room for. */
  #enlarge(length: number): void {
    sharedArena.grow(length)
    this.#resync('overrun')
  }

  /** Gives up the events that wait (what they tell is in the tables) and reads the tables. */
  #resync(reason: Resync['reason']): void {
    while (this.#pending());
    this.#stale.clear()
    const changes = this.#trackers.flatMap((each) => each.reload(this.#netlink))
    this.#queue.push({ type: 'resync', reason, changes })
  }

  #pending(): boolean {
    const length = this.#descriptor.receive(sharedArena.bytes, false)
    return length >= 0 || errnoName(-length) === 'ENOBUFS'
  }

  /** Once all messages are read: what went with them and was not mentioned. */
  #reloadStale(): void {
    const stale = this.#trackers.filter(({ kind }) => this.#stale.has(kind))
    this.#stale.clear()
    this.#queue = this.#queue.concat(stale.flatMap((each) => each.reload(this.#netlink)))
  }

  async #wait(): Promise<void> {
    this.#waiting = untilReadable(this.#descriptor.fd, this.#signal)
    await this.#waiting.promise
    this.#waiting = undefined
  }
}

function groupsOf(trackers: readonly Tracker[]): Set<number> {
  return new Set(trackers.flatMap(({ kind, groups }) => [...groups, ...(silentGroups[kind] ?? [])]))
}
