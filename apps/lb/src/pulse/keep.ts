import { setImmediate as turn } from 'node:timers/promises'
import { Clock } from '@skep/datapath/clock'
import type { Netlink } from 'netlink-ts'
import { pulseSeconds } from '../datapath/settings.ts'
import type { Pulse } from './pulse.ts'
import { RouteChanges } from './relevant.ts'

const kinds = ['link', 'address', 'route', 'rule', 'neighbor', 'nexthop'] as const

/** Six beats within the time for which one is believed: a late one, or a busy moment, costs nothing. */
const BEAT_EVERY_MS = (pulseSeconds * 1000) / 6

/** The kernel tells nobody of path MTUs that it learns, or forgets. */
const FORGET_EVERY_MS = 30_000

/**
 * Follows the kernel's routes and neighbours, and has the datapath forget what they make untrue, and every 30
 * seconds what no message tells of, until the signal aborts.
 * When this process dies or hangs, the datapath asks the kernel itself a few seconds later.
 */
export async function keepPulse(
  netlink: Pick<Netlink, 'monitor'>,
  pulse: Pick<Pulse, 'forget' | 'beat'>,
  signal: AbortSignal,
): Promise<void> {
  await using monitor = netlink.monitor(kinds, { signal })
  using clock = new Clock()
  const changes = new RouteChanges()
  const timers = [
    setInterval(() => void beat(pulse, clock.read().jiffies, signal), BEAT_EVERY_MS),
    setInterval(() => pulse.forget(), FORGET_EVERY_MS),
  ]
  try {
    for await (const event of monitor) if (changes.matters(event)) pulse.forget()
  } catch (error) {
    if (!signal.aborted) throw error
  } finally {
    for (const timer of timers) clearInterval(timer)
  }
}

/** The time is read first; what the kernel had told until then has been taken when the loop has come round. */
async function beat(pulse: Pick<Pulse, 'beat'>, jiffies: bigint, signal: AbortSignal): Promise<void> {
  await turn()
  await turn()
  if (!signal.aborted) pulse.beat(jiffies)
}
