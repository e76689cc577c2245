import { pathLength } from '../wire/attributes/as-path.ts'
import { origins } from '../wire/attributes/origin.ts'
import type { RouteAttributes } from './route.ts'

/** RFC 4271, section 9.1, as far as it applies to routes that all begin here. */
const criteria: readonly { readonly name: string; readonly value: (route: RouteAttributes) => number }[] = [
  { name: 'higher local preference', value: ({ localPref = 100 }) => -localPref },
  { name: 'shorter AS path', value: ({ asPath = [] }) => pathLength(asPath) },
  { name: 'lower origin', value: ({ origin = 'igp' }) => origins.indexOf(origin) },
  { name: 'lower MED', value: ({ med = 0 }) => med },
]

/** Below 0 when the first is the better one, 0 when neither is. */
export function compareRoutes(a: RouteAttributes, b: RouteAttributes): number {
  for (const { value } of criteria) {
    const difference = value(a) - value(b)
    if (difference !== 0) return difference
  }
  return 0
}

/** Why the first is better, in words. */
export function whyBetter(better: RouteAttributes, other: RouteAttributes): string {
  return criteria.find(({ value }) => value(better) < value(other))?.name ?? 'owner and reason come first'
}
