import type { SockDesired } from './desired.ts'
import { lostAt } from './lost.ts'
import { backendsIn, lostOf, others, type Plan, placeServices, written } from './plan.ts'
import type { Part } from './seen.ts'
import type { Capacities, ServiceState, State } from './state.ts'
import { wanted } from './wanted.ts'

/** How many services have each backend. */
export type Users = ReadonlyMap<number, number>

/**
 * The plan where a part alone has changed: the work is that of the part. `undefined` where it is not the part's alone: an
 * address that another service has, or no room. Pure.
 */
export function planPart(
  part: Part,
  desired: SockDesired,
  actual: State,
  { capacities, users }: { readonly capacities: Capacities; readonly users: Users },
): Plan | undefined {
  const want = wanted({ ...desired, frontends: part.frontends })
  const texts = want.services.flatMap(({ frontends }) => [...frontends.keys()])
  if (want.problems.length > 0 || texts.some((text) => actual.frontends.has(text) && !part.before.has(text)))
    return undefined
  const concerned = servicesOf(part, actual)
  const draft = placeServices(want, actual, capacities, concerned)
  if (draft.problems.length > 0) return undefined
  const rest = others(want, actual)
  const frontends = [...part.before].filter((text) => actual.frontends.has(text) && !draft.frontends.has(text))
  return {
    ...written(draft, backendsIn(draft.services.values(), want), actual),
    ...rest,
    gone: {
      frontends,
      services: [...concerned.keys()].filter((place) => !draft.services.has(place)),
      backends: unused(concerned.values(), draft.services.values(), users),
      ...rest.gone,
    },
    ...lostOf(lostAt(part.before, actual, draft)),
    problems: [],
    next: { ...actual, pool: draft.pool, nodeAddresses: want.nodeAddresses, subjects: want.subjects },
  }
}

function servicesOf({ before }: Part, { frontends, services }: State): Map<number, ServiceState> {
  const places = [...before].flatMap((text) => frontends.get(text)?.service ?? [])
  return new Map(
    places.flatMap((place) => {
      const service = services.get(place)
      return service ? [[place, service] as const] : []
    }),
  )
}

/** Backends that nobody has any more, once these services have become those. */
function unused(before: Iterable<ServiceState>, after: Iterable<ServiceState>, users: Users): number[] {
  const left = new Map<number, number>()
  for (const service of before)
    for (const id of backendsOf(service)) left.set(id, (left.get(id) ?? users.get(id) ?? 0) - 1)
  for (const service of after) for (const id of backendsOf(service)) if (left.has(id)) left.set(id, left.get(id)! + 1)
  return [...left].flatMap(([id, count]) => (count > 0 ? [] : [id]))
}

export function backendsOf({ slots }: ServiceState): ReadonlySet<number> {
  return new Set([...slots.active, ...slots.draining])
}
