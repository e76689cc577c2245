import { type Finding, show } from '@skep/config-file'
import { addressOf, number, rangesOverlap } from '../pool/ranges.ts'
import { communityAdvice, isCommunity } from './fields.ts'
import type { BgpConfig, ConfiguredPeer } from './model.ts'
import { peerProblems, placeOf } from './peer-rules.ts'

/** Where the format of a document has what rules look at. */
export interface Keys {
  readonly peers: readonly PropertyKey[]
  readonly peerAddress: string
  readonly pools: readonly PropertyKey[]
}

/** Rules over several fields, whichever format they came in. */
export function crossCheck(config: BgpConfig, keys: Keys): Finding[] {
  return [...peerRules(config, keys), ...poolRules(config, keys)]
}

function peerRules({ peers, asn }: BgpConfig, { peers: at, peerAddress }: Keys): Finding[] {
  return peers.flatMap((peer, i) => {
    const path = [...at, i]
    const before = peers.slice(0, i)
    const found: Finding[] = []
    const add = (field: string, message: string): void => void found.push({ path: [...path, field], message })
    if (before.some(({ name }) => name === peer.name))
      add('name', `${show(peer.name)} is another peer’s name; write one of its own`)
    if (before.some((other) => placeOf(other) === placeOf(peer) && !differ(other, peer)))
      add(peerAddress, `${placeOf(peer)} is another peer’s address, on the same nodes; a peer is known by it`)
    for (const { field, message } of peerProblems(peer, asn)) add(field === 'address' ? peerAddress : field, message)
    return found
  })
}

/** Peers with the same address are for different nodes; on one that both select, the first counts. */
function differ(a: ConfiguredPeer, b: ConfiguredPeer): boolean {
  const both = a.nodeSelectors.length > 0 && b.nodeSelectors.length > 0
  return both && JSON.stringify(a.nodeSelectors) !== JSON.stringify(b.nodeSelectors)
}

function poolRules({ pools }: BgpConfig, { pools: at }: Keys): Finding[] {
  return pools.flatMap((pool, i) => {
    const before = pools.slice(0, i)
    const found: Finding[] = before
      .filter(({ name }) => name === pool.name)
      .map(({ name }) => ({
        path: [...at, i, 'name'],
        message: `${show(name)} is another pool’s name; write one of its own`,
      }))
    for (const [j, range] of pool.ranges.entries()) {
      const others = [
        ...before.flatMap(({ name, ranges }) => ranges.map((one) => ({ name, one }))),
        ...pool.ranges.slice(0, j).map((one) => ({ name: pool.name, one })),
      ]
      const other = others.find(({ one }) => rangesOverlap(one, range))
      if (other)
        found.push({
          path: [...at, i, 'addresses', j],
          message: `overlaps with ${other.one.first}–${other.one.last} of pool ${other.name}`,
        })
    }
    return found
  })
}

/**
 * An aggregate must not be wider than what the pool has of it: else it would draw packets for addresses of others.
 * `length` is how the format calls the field.
 */
export function aggregationRules(
  config: BgpConfig,
  at: readonly PropertyKey[],
  list: string,
  v4: string,
  v6: string,
): Finding[] {
  return config.pools.flatMap(({ ranges, advertisements }, i) =>
    advertisements.flatMap(({ aggregation }, j) =>
      ranges.flatMap(({ first, last }) => {
        const wide = first.includes(':')
        const length = wide ? aggregation.ipv6 : aggregation.ipv4
        if (length === undefined || covers(first, last, length)) return []
        const message = `${length} is wider than ${first}–${last}: it would draw packets for addresses that are not the pool’s`
        return [{ path: [...at, i, list, j, wide ? v6 : v4], message }]
      }),
    ),
  )
}

function covers(first: string, last: string, length: number): boolean {
  const family = first.includes(':') ? 6 : 4
  const host = BigInt((family === 4 ? 32 : 128) - length)
  const low = (number(first) >> host) << host
  const high = ((number(last) >> host) << host) | ((1n << host) - 1n)
  return addressOf(low, family) === first && addressOf(high, family) === last
}

/** Each community is one, or an alias of one. */
export function communityRules(
  written: unknown,
  aliases: Readonly<Record<string, unknown>>,
  path: readonly PropertyKey[],
): Finding[] {
  if (!Array.isArray(written)) return []
  return written.flatMap((text: unknown, i) => {
    if (typeof text !== 'string' || isCommunity(text) || Object.hasOwn(aliases, text)) return []
    return [{ path: [...path, i], message: `${show(text)} is no community and no alias of one; ${communityAdvice}` }]
  })
}
