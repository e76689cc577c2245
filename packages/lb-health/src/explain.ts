import { age } from '@skep/terminal'
import type { Policy } from './check/check.ts'
import { backendKey, type DesiredService } from './check/desired.ts'
import type { Clock } from './clock.ts'
import { type BackendHealth, decide, type ServiceHealth, type StateOf } from './state/decide.ts'
import type { BackendState } from './state/state.ts'

/** Why a service's backends count as they do, in lines: the service first, then each backend. Pure. */
export function explainHealth(service: DesiredService, stateOf: StateOf, clock: Clock): string[] {
  const health = decide(service, stateOf, clock.now())
  const lines = health.backends.map((backend) =>
    explainBackend(service.check, backend, stateOf(backendKey(backend)), health.panic, clock),
  )
  return [explainService(service, health), ...lines]
}

function explainService({ name, check }: DesiredService, { panic, up, counted }: ServiceHealth): string {
  const threshold = `panicThreshold ${check.panicThreshold}%`
  const belief = panic
    ? `below ${threshold}, so the check is not believed: all are used`
    : check.panicThreshold === 0
      ? 'the check is always believed (panicThreshold 0)'
      : `the check is believed (${threshold})`
  return `${name}: ${up} of ${counted} up; ${belief}`
}

/** One backend in one line: what it counts as, since when and why, its last result, and what would change it. */
export function explainBackend(
  policy: Policy,
  backend: BackendHealth,
  state: BackendState | undefined,
  panic: boolean,
  clock: Clock,
): string {
  const parts = [
    `${backendKey(backend)} ${standing(state, clock)}`,
    ...(state?.last ? [`last check ${age(clock.now() - state.last.at)} ago: ${state.last.reason}`] : []),
    ...(state ? turning(policy, state) : []),
    use(backend, panic),
  ]
  return parts.join('; ')
}

function standing(state: BackendState | undefined, clock: Clock): string {
  if (state === undefined) return 'is not checked yet'
  const elapsed = clock.now() - state.since
  const since = `since ${new Date(clock.wall() - elapsed).toISOString()} (${age(elapsed)})`
  if (state.status !== 'unknown') return `is ${state.status} ${since}`
  const why = state.initial === 'up' ? 'may be serving already' : 'has yet to pass'
  return `has no result ${since} and counts as ${state.initial}: it ${why}`
}

/** How far the results that speak against the status have come. */
function turning({ rise, fall }: Policy, { status, against, last }: BackendState): string[] {
  if (last?.result === 'none') return ['which says nothing about the backend and does not count']
  if (status === 'up' && against > 0) return [`${against} of ${fall} failures in a row that take it down`]
  if (status === 'down') return [`${against} of ${rise} passes in a row that bring it up`]
  return []
}

function use({ usable, share, connections }: BackendHealth, panic: boolean): string {
  if (panic) return 'used, because too few are up'
  const kept = connections === 'reset' ? 'its connections are reset' : 'its connections are kept'
  if (!usable) return `gets no new connections, ${kept}`
  return share < 1 ? `used with ${Math.round(share * 100)}% of its weight (slow start)` : 'used'
}
