import { compareAddresses, parseAddress } from '@skep/packet'
import type { Advertisement } from '../wire/advertisement.ts'
import { downMs, OWNER_PRIORITY, type RouterConfig, skewMs } from './config.ts'
import type { RouterAction, RouterEvent, RouterState, Stepped } from './state.ts'

/** Before the first start. */
export function initialState(now: number): RouterState {
  return { name: 'initialize', since: now, why: 'it was not started yet', activeInterval: 0 }
}

/** The state machine of RFC 9568, 6.4. Pure. */
export function step(config: RouterConfig, state: RouterState, event: RouterEvent, now: number): Stepped {
  switch (event.event) {
    case 'start':
      return state.name === 'initialize' ? start(config, state, event.resume === true, now) : { state, actions: [] }
    case 'stop':
      return stop(state, event.why, event.silent === true, now)
    case 'heard':
      return heard(config, state, event, now)
    case 'configured':
      return configured(config, state, now)
    default:
      return tick(config, state, now)
  }
}

/** When the next tick is due; `undefined`: none is. */
export function nextTick({ name, downAt, advertiseAt, announceAt }: RouterState): number | undefined {
  if (name === 'backup') return downAt
  if (name !== 'active') return undefined
  return Math.min(advertiseAt ?? Infinity, announceAt ?? Infinity)
}

/** Whether packets to the addresses are to be taken as the host's own (RFC 9568, 6.4.3). */
export function accepts({ acceptMode, priority }: RouterConfig, { name }: RouterState): boolean {
  return name === 'active' && (acceptMode || priority === OWNER_PRIORITY)
}

function start(config: RouterConfig, state: RouterState, resume: boolean, now: number): Stepped {
  if (resume) return become(config, state, 'it was active before a restart that nobody can have noticed', now)
  if (config.priority === OWNER_PRIORITY)
    return become(config, state, 'its priority is 255: the addresses are its own', now)
  const next: RouterState = { name: 'backup', since: now, why: 'it has just started', activeInterval: config.interval }
  return { state: { ...next, downAt: now + downMs(config.priority, config.interval) }, actions: [] }
}

function stop({ name }: RouterState, why: string, silent: boolean, now: number): Stepped {
  const actions: RouterAction[] = name === 'active' && !silent ? [{ do: 'advertise', priority: 0 }] : []
  return { state: { ...initialState(now), why }, actions }
}

function become(config: RouterConfig, { heard: last }: RouterState, why: string, now: number): Stepped {
  const { repeat, delayMs } = config.repeats
  const state: RouterState = {
    name: 'active',
    since: now,
    why,
    activeInterval: config.interval,
    heard: last,
    advertiseAt: now + 10 * config.interval,
    ...(delayMs > 0 ? { announceAt: now + delayMs } : refresh(config, now)),
  }
  return { state, actions: [advertise(config), { do: 'announce', times: repeat }] }
}

function refresh({ repeats }: RouterConfig, now: number): Pick<RouterState, 'announceAt' | 'refreshing'> {
  return { announceAt: repeats.refreshMs > 0 ? now + repeats.refreshMs : undefined, refreshing: true }
}

function advertise({ priority }: RouterConfig): RouterAction {
  return { do: 'advertise', priority }
}

function tick(config: RouterConfig, state: RouterState, now: number): Stepped {
  if (state.name === 'backup' && now >= (state.downAt ?? Infinity))
    return become(config, state, takeover(config, state), now)
  if (state.name !== 'active') return { state, actions: [] }
  const actions: RouterAction[] = []
  let next = state
  if (now >= (state.advertiseAt ?? Infinity)) {
    actions.push(advertise(config))
    next = { ...next, advertiseAt: now + 10 * config.interval }
  }
  if (now >= (state.announceAt ?? Infinity)) {
    const { repeat, refreshRepeat } = config.repeats
    actions.push({ do: 'announce', times: state.refreshing === true ? refreshRepeat : repeat })
    next = { ...next, ...refresh(config, now) }
  }
  return { state: next, actions }
}

function takeover({ priority }: RouterConfig, { heard: last }: RouterState): string {
  if (last === undefined) return 'no other router was heard'
  if (last.priority === 0) return `${last.from} gave the addresses up`
  if (last.priority < priority) return `its priority ${priority} is higher than the ${last.priority} of ${last.from}`
  return `${last.from} (priority ${last.priority}) fell silent`
}

type Hearing = RouterEvent & { event: 'heard' }

function heard(config: RouterConfig, state: RouterState, { from, advertisement }: Hearing, now: number): Stepped {
  const known = { ...state, heard: { from, priority: advertisement.priority, at: now } }
  if (state.name === 'backup') return { state: asBackup(config, known, advertisement, now), actions: [] }
  if (state.name === 'active') return asActive(config, known, from, advertisement, now)
  return { state: known, actions: [] }
}

/** RFC 9568, 6.4.2: who is better, or may not be preempted, restarts the timer; who is worse is let run out. */
function asBackup(config: RouterConfig, state: RouterState, { priority, interval }: Advertisement, now: number) {
  if (priority === 0) return { ...state, downAt: now + skewMs(config.priority, state.activeInterval) }
  const lowerSince = priority < config.priority ? (state.lowerSince ?? now) : undefined
  const waits = lowerSince !== undefined && now < lowerSince + config.preemptDelayMs
  if (lowerSince !== undefined && preempts(config) && !waits) return { ...state, lowerSince }
  return { ...state, lowerSince, activeInterval: interval, downAt: now + downMs(config.priority, interval) }
}

function preempts({ preempt, priority }: RouterConfig): boolean {
  return preempt || priority === OWNER_PRIORITY
}

/** RFC 9568, 6.4.3: the better one stays; who is worse is told at once. */
function asActive(
  config: RouterConfig,
  state: RouterState,
  from: string,
  { priority, interval }: Advertisement,
  now: number,
): Stepped {
  const isBetter = priority > config.priority || (priority === config.priority && isHigher(from, config.source))
  if (isBetter) return backDown(config, state, { from, priority, interval }, now)
  const actions: RouterAction[] = [advertise(config)]
  // Who is worse but spoke as active has drawn the addresses to itself: they are drawn back.
  if (priority > 0) actions.push({ do: 'announce', times: 1 })
  return { state: { ...state, advertiseAt: now + 10 * config.interval }, actions }
}

function backDown(
  config: RouterConfig,
  state: RouterState,
  { from, priority, interval }: { from: string; priority: number; interval: number },
  now: number,
): Stepped {
  const reason = priority === config.priority ? 'the same priority and a higher address' : `priority ${priority}`
  const next: RouterState = {
    name: 'backup',
    since: now,
    why: `${from} is active, with ${reason}`,
    activeInterval: interval,
    heard: state.heard,
    downAt: now + downMs(config.priority, interval),
  }
  return { state: next, actions: [] }
}

function configured(config: RouterConfig, state: RouterState, now: number): Stepped {
  if (state.name !== 'active') return { state, actions: [] }
  return { state: { ...state, advertiseAt: now + 10 * config.interval }, actions: [advertise(config)] }
}

function isHigher(one: string, other: string): boolean {
  return compareAddresses(parseAddress(one), parseAddress(other)) > 0
}
