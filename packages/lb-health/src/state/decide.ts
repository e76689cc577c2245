import { backendKey, type DesiredBackend, type DesiredService } from '../check/desired.ts'
import { ramp } from './slow-start.ts'
import { type BackendState, unknownState } from './state.ts'

/** What the load balancer is to do with a backend. */
export interface BackendHealth {
  readonly address: string
  readonly port: number
  readonly status: BackendState['status']
  /** Whether new connections may go to it. */
  readonly usable: boolean
  /** The part of its weight that it gets, 0 to 1: less than 1 in a slow start, 0 if it is not usable. */
  readonly share: number
  /** What becomes of its connections. */
  readonly connections: 'keep' | 'reset'
}

/** What the load balancer is to do with a service. */
export interface ServiceHealth {
  readonly service: string
  /** Too few are up: the check is not believed, all are used and no connection is reset. */
  readonly panic: boolean
  readonly up: number
  /** Backends that count: all but those in maintenance. */
  readonly counted: number
  readonly backends: readonly BackendHealth[]
  /** When a slow start's next step is due (monotonic ms). */
  readonly nextChangeAt?: number | undefined
}

/** Looks a backend's state up; `undefined` while nothing is known. */
export type StateOf = (key: string) => BackendState | undefined

/** From what is known to what is done. Pure: the same states at the same time give the same decision. */
export function decide(service: DesiredService, stateOf: StateOf, now: number): ServiceHealth {
  const { check, backends } = service
  const states = backends.map((backend) => stateOf(backendKey(backend)))
  const begun = states.some((state) => state !== undefined)
  const known = states.map((state, i) => state ?? unknownState(initialOf(backends[i]!, begun), now))
  const counted = known.filter((_, i) => backends[i]!.weight > 0)
  const up = counted.filter(looksUp).length
  const panic = counted.length > 0 && up * 100 < check.panicThreshold * counted.length
  const ramps = known.map((state) => ramp(state, check.slowStartSeconds, now))
  const changes = ramps.flatMap(({ nextChangeAt }) => nextChangeAt ?? [])
  return {
    service: service.name,
    panic,
    up,
    counted: counted.length,
    backends: known.map((state, i) => {
      const usable = panic || looksUp(state)
      const share = !usable ? 0 : looksUp(state) && !panic ? ramps[i]!.share : 1
      const connections = state.status === 'down' && !panic ? check.onFailure : 'keep'
      return {
        address: backends[i]!.address,
        port: backends[i]!.port,
        status: state.status,
        usable,
        share,
        connections,
      }
    }),
    ...(changes.length > 0 ? { nextChangeAt: Math.min(...changes) } : {}),
  }
}

/** What a backend counts as before its first result. */
export function initialOf(backend: DesiredBackend, serviceHasBegun: boolean): 'up' | 'down' {
  return backend.initial ?? (serviceHasBegun ? 'down' : 'up')
}

/** Whether a backend counts as up. */
export function looksUp({ status, initial }: BackendState): boolean {
  return status === 'up' || (status === 'unknown' && initial === 'up')
}
