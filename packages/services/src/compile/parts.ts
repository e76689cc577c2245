import type { TrafficPolicy } from '../endpoints/choose.ts'
import type { Group } from './group.ts'
import type { Listener } from './listeners.ts'
import type { Settings } from './settings.ts'

/** How a service was compiled: what `explain` tells of. */
export interface Parts {
  readonly settings: Settings
  readonly listeners: readonly Listener[]
  readonly groups: readonly Group[]
}

/** The group that serves a listener. */
export function groupFor({ groups }: Parts, { servicePort, family }: Listener): Group {
  return groups.find((group) => group.port === servicePort && group.family === family)!
}

/** The traffic policies of the listeners that a group serves. */
export function policiesFor({ listeners }: Pick<Parts, 'listeners'>, { port, family }: Group): Set<TrafficPolicy> {
  const own = listeners.filter((one) => one.servicePort === port && one.family === family)
  return new Set(own.map(({ policy }) => policy))
}
