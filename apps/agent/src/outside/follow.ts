import { once } from 'node:events'
import { setTimeout as delay } from 'node:timers/promises'
import { networkChanges, pulseSeconds, Scheduler } from '@skep/lb-engine'
import { keepHeartbeat } from '@skep/neighbor'
import { type MonitorEvent, type Netlink, openNetlink } from 'netlink-ts'
import type { Logger } from '@skep/daemon'
import type { Outside } from './outside.ts'

/** Everything is compared again so often, should an event have been missed. */
const ROUND_EVERY_MS = 30_000

/** What time alone brings is done so often. */
const TICK_EVERY_MS = 1000

const RETRY_MS = 1000

export interface FollowOptions {
  readonly netlink: Netlink
  readonly log: Logger
  readonly signal: AbortSignal
  /** After each round. */
  readonly done: () => void
}

/** Follows devices, routes and neighbours until the signal aborts. What goes wrong is logged, and tried again. */
export async function followNetwork(outside: Outside, options: FollowOptions): Promise<void> {
  const { log } = options
  const scheduler = new Scheduler(() => round(outside, options), {
    everyMs: ROUND_EVERY_MS,
    onError: (error, retryMs) => log.error({ err: error, retryMs }, 'could not follow the network; trying again'),
    onIdle: () => {},
  })
  const ticking = setInterval(() => tick(outside, scheduler, log), TICK_EVERY_MS)
  try {
    const followed = [followChanges, followNeighbors, followSenders]
    await Promise.all(followed.map((follow) => retrying(() => follow(outside, scheduler, options), options)))
  } finally {
    clearInterval(ticking)
    scheduler.stop()
  }
}

/** Also where it fails: a device may refuse. */
function round(outside: Outside, { done }: FollowOptions): void {
  try {
    outside.again()
  } finally {
    done()
  }
}

async function followChanges(
  outside: Outside,
  scheduler: Scheduler,
  { netlink, signal }: FollowOptions,
): Promise<void> {
  outside.note()
  scheduler.soon()
  for await (const { event } of networkChanges(netlink, signal)) {
    outside.note(event)
    scheduler.soon()
  }
}

/** Without it the datapath asks the kernel for every packet: slower, and as right. */
async function followNeighbors({ engine }: Outside, scheduler: Scheduler, { signal }: FollowOptions): Promise<void> {
  const note = (event: MonitorEvent): boolean => {
    const { forgets, transitions } = engine.neighbors.note(event)
    const isFailed = transitions.some(({ from, to }) => (from.phase === 'failed') !== (to.phase === 'failed'))
    if (engine.neighbors.isDue || isFailed) scheduler.soon()
    return forgets
  }
  using netlink = openNetlink()
  await keepHeartbeat(netlink, engine.heartbeat, { limitMs: pulseSeconds * 1000, note, signal })
}

/** Ends at once where the kernel does not tell. */
async function followSenders({ engine }: Outside, _: Scheduler, { signal }: FollowOptions): Promise<void> {
  await engine.followSenders(signal)
  await aborted(signal)
}

function tick({ engine }: Outside, scheduler: Scheduler, log: Logger): void {
  try {
    if (engine.tick()) scheduler.soon()
  } catch (error) {
    log.error({ err: error }, 'could not do what was due; a round will')
    scheduler.soon()
  }
}

async function aborted(signal: AbortSignal): Promise<void> {
  if (!signal.aborted) await once(signal, 'abort')
}

async function retrying(follow: () => Promise<void>, { log, signal }: FollowOptions): Promise<void> {
  while (!signal.aborted) {
    try {
      await follow()
    } catch (error) {
      if (signal.aborted) return
      log.warn({ err: error }, 'could not follow the network; trying again')
      await delay(RETRY_MS, undefined, { signal }).catch(() => undefined)
    }
  }
}
