import type { AddressPool } from '../config/model.ts'
import { addressOf, inRange, number } from './ranges.ts'

/** A service that wants an address. */
export interface Claim {
  /** Like `default/web`. */
  readonly service: string
  /** Default: IPv4. */
  readonly family?: 4 | 6 | undefined
  /** This very address (`spec.loadBalancerIP`). */
  readonly address?: string | undefined
  /** From this pool (MetalLB's annotation `metallb.universe.tf/address-pool`). */
  readonly pool?: string | undefined
  /** What it has, which it keeps as long as that is right. */
  readonly current?: string | undefined
  /**
   * Services with the same key may share an address (`metallb.universe.tf/allow-shared-ip`), where their ports differ
   * and each sends its traffic to the same backends or to all nodes.
   */
  readonly sharing?: Sharing | undefined
}

export interface Sharing {
  readonly key: string
  /** Like `TCP/80`. */
  readonly ports: readonly string[]
  /** What `externalTrafficPolicy: Local` ties it to; those of `Cluster` have the same. */
  readonly backends: string
}

/** What became of a claim. */
export type Allocation =
  | { readonly service: string; readonly address: string; readonly pool: string }
  | { readonly service: string; readonly refused: string }

/**
 * Gives services addresses of the pools. Pure: the same claims get the same addresses. Who has an address that is still
 * right keeps it; then those who name one are served, then the others, in the order of the claims.
 */
export function allocate(pools: readonly AddressPool[], claims: readonly Claim[]): Allocation[] {
  const taken = new Map<string, Claim[]>()
  const given = new Map<Claim, Allocation>()
  const give = (claim: Claim, address: string, pool: AddressPool): void => {
    taken.set(address, [...(taken.get(address) ?? []), claim])
    given.set(claim, { service: claim.service, address, pool: pool.name })
  }
  for (const claim of claims) {
    const pool = keeps(pools, claim)
    if (pool && conflict(taken, claim, claim.current!) === undefined) give(claim, claim.current!, pool)
  }
  for (const claim of claims.filter((one) => one.address !== undefined && !given.has(one))) {
    const pool = pools.find((one) => holds(one, claim.address!))
    const refused = refusal(pool, claim) ?? conflict(taken, claim, claim.address!)
    if (pool && refused === undefined) give(claim, claim.address!, pool)
    else given.set(claim, { service: claim.service, refused: refused ?? 'no pool has it' })
  }
  for (const claim of claims.filter((one) => !given.has(one))) {
    const found = firstFree(pools, claim, taken)
    if (typeof found === 'string') given.set(claim, { service: claim.service, refused: found })
    else give(claim, found.address, found.pool)
  }
  return claims.map((claim) => given.get(claim)!)
}

/** The pool of the address that a service has, if that is still right for it. */
function keeps(pools: readonly AddressPool[], claim: Claim): AddressPool | undefined {
  const { current, address, pool: wanted, family = 4 } = claim
  if (current === undefined || (address !== undefined && address !== current)) return undefined
  if (current.includes(':') !== (family === 6)) return undefined
  return pools.find((pool) => holds(pool, current) && (wanted === undefined || pool.name === wanted))
}

function refusal(pool: AddressPool | undefined, { address, pool: wanted }: Claim): string | undefined {
  if (pool === undefined) return `${address} is in no pool`
  return wanted === undefined || wanted === pool.name
    ? undefined
    : `${address} is in pool ${pool.name}, not in ${wanted}`
}

function holds({ ranges, avoidBuggyIps }: AddressPool, address: string): boolean {
  return ranges.some((range) => inRange(range, address)) && !(avoidBuggyIps && isBuggy(address))
}

function isBuggy(address: string): boolean {
  return /\.(0|255)$/.test(address)
}

/** Why the claim cannot have the address, which others have. */
function conflict(taken: ReadonlyMap<string, readonly Claim[]>, claim: Claim, address: string): string | undefined {
  for (const other of taken.get(address) ?? []) {
    const [mine, theirs] = [claim.sharing, other.sharing]
    if (mine === undefined || theirs === undefined || mine.key !== theirs.key) return `${address} is ${other.service}’s`
    const port = mine.ports.find((one) => theirs.ports.includes(one))
    if (port !== undefined) return `${address} is shared with ${other.service}, which has ${port} too`
    if (mine.backends !== theirs.backends) return `${address} is shared with ${other.service}, which has other backends`
  }
  return undefined
}

function firstFree(
  pools: readonly AddressPool[],
  claim: Claim,
  taken: ReadonlyMap<string, readonly Claim[]>,
): { readonly address: string; readonly pool: AddressPool } | string {
  const { family = 4, pool: wanted } = claim
  const usable = pools.filter((pool) => (wanted === undefined ? pool.autoAssign : pool.name === wanted))
  if (wanted !== undefined && usable.length === 0) return `there is no pool ${wanted}`
  for (const pool of usable)
    for (const { first, last } of pool.ranges) {
      if (first.includes(':') !== (family === 6)) continue
      // At most one more than are taken have to be looked at, and those that are left out.
      for (let at = number(first); at <= number(last); at++) {
        const address = addressOf(at, family)
        if (!(pool.avoidBuggyIps && isBuggy(address)) && conflict(taken, claim, address) === undefined)
          return { address, pool }
      }
    }
  return `no IPv${family} address is free in ${usable.map(({ name }) => name).join(', ') || 'any pool that assigns by itself'}`
}
