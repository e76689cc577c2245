import type { Backend } from './config.ts'
import type { Way } from './modes.ts'
import { family } from './family.ts'

/** The family of the backends that serve frontends of a family: their own. In a tunnel those of the other do where there are none. */
export function servingFamily(backends: readonly Pick<Backend, 'address'>[], way: Way, v: 4 | 6): 4 | 6 {
  if (way !== 'ipip' || backends.length === 0) return v
  return backends.some(({ address }) => family(address) === v) ? v : v === 4 ? 6 : 4
}
