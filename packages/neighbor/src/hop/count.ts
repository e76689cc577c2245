import { hopKey } from './key.ts'
import type { CountedHop, NextHop } from './types.ts'

/**
 * The next hops of many destinations, each once, with the number of destinations that need it: many share a router, and
 * it is let go with the last of them. Pure.
 */
export function countHops(ways: Iterable<readonly NextHop[]>): CountedHop[] {
  const counted = new Map<string, { index: number; address: string; users: number }>()
  for (const hops of ways)
    for (const { index, address } of new Map(hops.map((hop) => [hopKey(hop), hop])).values()) {
      const known = counted.get(hopKey({ index, address }))
      if (known) known.users++
      else counted.set(hopKey({ index, address }), { index, address, users: 1 })
    }
  return [...counted.values()]
}
