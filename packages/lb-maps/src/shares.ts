import { KeyHasher } from './key.ts'
import { frontendKey } from './flow-key.ts'
import { SERVICE_OWN_SOURCE } from './layout.ts'
import { findKey, memberId, ringOf, ringSlots } from './lookup.ts'
import type { LbMaps } from './maps.ts'
import { readMember } from './reader.ts'
import type { Frontend } from './service.ts'
import { numberOf } from './slots.ts'

/** A member's part of a service's ring. */
export interface Share {
  readonly address: string
  readonly port: number
  readonly number: number
  readonly id: number
  readonly slots: number
  /** 0 to 1. */
  readonly share: number
}

/** How a service's new connections are shared among its members, most first; empty when it has no ring. */
export function shares(maps: LbMaps, frontend: Frontend): Share[] {
  const key = frontendKey(frontend)
  const found = findKey(maps, new KeyHasher(maps.hashKey), key)
  const ring = found && found.service < SERVICE_OWN_SOURCE ? ringOf(maps, found.service) : undefined
  if (!found || !ring) return []
  const slots = ringSlots(maps, ring)
  const counts = new Map<number, number>()
  for (const word of slots) counts.set(numberOf(word), (counts.get(numberOf(word)) ?? 0) + 1)
  return [...counts]
    .map(([number, count]): Share => {
      const id = memberId(maps, found.service, number)
      const { address = 'nobody', port = 0 } = readMember(maps, id) ?? {}
      return { address, port, number, id, slots: count, share: count / slots.length }
    })
    .toSorted((a, b) => b.slots - a.slots || a.number - b.number)
}
