import { setImmediate as turn } from 'node:timers/promises'
import { Clock } from '@skep/datapath/clock'
import type { MonitorEvent, Netlink } from 'netlink-ts'
import type { Heartbeat } from './heartbeat.ts'

const kinds = ['link', 'address', 'route', 'rule', 'neighbor', 'nexthop'] as const

/** The kernel tells nobody of path MTUs that it learns, or forgets. */
const FORGET_EVERY_MS = 30_000

/** Ten thousand neighbours grow old at the same moment: their events fit, and none is lost for the others. */
const RECEIVE_BUFFER = 16 * 1024 * 1024

/** How a heartbeat is kept. */
export interface HeartbeatOptions {
  /** For so long the datapath believes a beat, in milliseconds. */
  readonly limitMs: number
  /** Whether an event makes untrue what route lookups have told. It is told all of them, in order. */
  readonly note: (event: MonitorEvent) => boolean
  readonly signal: AbortSignal
}

/** Six beats within the time for which one is believed: a late one, or a busy moment, costs nothing. */
const BEATS = 6

/**
 * Follows the kernel's links, routes and neighbours, has the datapath forget the next-hop entries that they make untrue,
 * and every 30 seconds what no message tells of, until the signal aborts. Each beat says that all is seen that had
 * happened until then; the first comes after the tables were read. When this process dies or hangs, the datapath asks the
 * kernel's routes itself as soon as the last beat is too old. Reading jiffies takes CAP_BPF or root. Linux 5.10.
 */
export async function keepHeartbeat(
  netlink: Pick<Netlink, 'monitor'>,
  heartbeat: Pick<Heartbeat, 'forget' | 'beat'>,
  { limitMs, note, signal }: HeartbeatOptions,
): Promise<void> {
  await using monitor = netlink.monitor(kinds, { signal, receiveBuffer: RECEIVE_BUFFER })
  using clock = new Clock()
  const timers = [
    setInterval(() => void beat(heartbeat, clock.read().jiffies, signal), limitMs / BEATS),
    setInterval(() => heartbeat.forget(), FORGET_EVERY_MS),
  ]
  try {
    for await (const event of monitor) {
      if (note(event)) heartbeat.forget()
      if (event.type === 'resync') void beat(heartbeat, clock.read().jiffies, signal)
    }
  } catch (error) {
    if (!signal.aborted) throw error
  } finally {
    for (const timer of timers) clearInterval(timer)
  }
}

/** The time is read first; what the kernel had told until then has been taken when the loop has come round. */
async function beat(heartbeat: Pick<Heartbeat, 'beat'>, jiffies: bigint, signal: AbortSignal): Promise<void> {
  await turn()
  await turn()
  if (!signal.aborted) heartbeat.beat(jiffies)
}
