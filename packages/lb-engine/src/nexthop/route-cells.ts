import { ipv4FromBytes, parseCidr, tryParseIpv4 } from '@skep/packet'
import type { Route, Rule } from 'netlink-ts'

type Prefixed = Pick<Route, 'family' | 'destination' | 'nexthops' | 'nexthopId'>

/**
 * Parts of the IPv4 addresses inside which the kernel answers alike for every destination, because no prefix of a route or
 * rule, of any table, ends between them. So a hundred thousand backends behind a few routes are a few questions.
 * An answer for IPv6 depends on the destination itself too, by which the own address is chosen (RFC 6724).
 */
export class RouteCells {
  /** First addresses of the parts, in order. */
  readonly #starts: Uint32Array

  private constructor(starts: Uint32Array) {
    this.#starts = starts
  }

  /** `undefined` where a route has several ways: each destination has its own then. */
  static of(routes: Iterable<Prefixed>, rules: Iterable<Pick<Rule, 'family' | 'to'>>): RouteCells | undefined {
    const starts = new Set([0])
    for (const { family, destination, nexthops, nexthopId } of routes) {
      if (family !== 'ipv4') continue
      if (nexthops !== undefined || nexthopId !== undefined) return undefined
      addEnds(starts, destination)
    }
    for (const { family, to } of rules) if (family === 'ipv4' && to !== undefined) addEnds(starts, to)
    return new RouteCells(Uint32Array.from(starts).toSorted())
  }

  /** The first address of the part that an address is in; `undefined` for IPv6. */
  startOf(address: string): number | undefined {
    const value = tryParseIpv4(address)
    if (value === undefined) return undefined
    let [low, high] = [0, this.#starts.length]
    while (high - low > 1) {
      const middle = (low + high) >>> 1
      if (this.#starts[middle]! <= value) low = middle
      else high = middle
    }
    return this.#starts[low]
  }
}

/** The first address of a prefix, and the one behind its last. */
function addEnds(starts: Set<number>, text: string): void {
  const { address, prefix } = parseCidr(text.includes('/') ? text : `${text}/32`)
  const size = 2 ** (32 - prefix)
  const first = Math.floor(ipv4FromBytes(address.bytes) / size) * size
  starts.add(first)
  if (first + size < 2 ** 32) starts.add(first + size)
}
