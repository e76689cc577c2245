import type { FrontendKind } from '../model/frontend.ts'

/** Somebody who wants an address, port, protocol and scope, or a health-check port. */
export interface Claim {
  /** `namespace/name` of a Service, `Pod namespace/name` of a pod with host ports. */
  readonly service: string
  readonly kind: FrontendKind
  /** Creation time as the API has it; empty where it is not known. */
  readonly created: string
}

/** Kinds in the order in which they win: what the API server gives out before what users write. */
const order: Readonly<Record<FrontendKind, number>> = {
  ClusterIP: 0,
  LoadBalancer: 1,
  ExternalIP: 2,
  NodePort: 3,
  HostPort: 4,
}

/** Negative when `a` wins: by kind, then the older one, then by name. */
export function compareClaims(a: Claim, b: Claim): number {
  return order[a.kind] - order[b.kind] || compareText(a.created, b.created) || compareText(a.service, b.service)
}

/** Why one claim wins over another, in words. */
export function whyWins(winner: Claim, loser: Claim): string {
  if (winner.kind !== loser.kind) return `${winner.kind} goes before ${loser.kind}`
  if (winner.created !== loser.created) return `it is older (${winner.created || 'of unknown age'})`
  return 'its name comes first'
}

/** Who has what: where several want the same, the same one wins whoever came first. */
export class Claims {
  readonly #byKey = new Map<string, Claim | Claim[]>()

  /** Replaces a service's claims, by key. Returns whom a change concerns beside itself. */
  replace(service: string, before: ReadonlyMap<string, Claim>, after: ReadonlyMap<string, Claim>): Set<string> {
    const concerned = new Set<string>()
    for (const key of before.keys()) if (!after.has(key)) this.#set(key, service, undefined, concerned)
    for (const [key, claim] of after) if (!isSame(before.get(key), claim)) this.#set(key, service, claim, concerned)
    concerned.delete(service)
    return concerned
  }

  winner(key: string): Claim | undefined {
    return this.claimants(key)[0]
  }

  /** Everybody who wants it, the winner first. */
  claimants(key: string): readonly Claim[] {
    const found = this.#byKey.get(key)
    if (found === undefined) return []
    return Array.isArray(found) ? found : [found]
  }

  /** Keys that several want, with everybody who does, the winner first. */
  *conflicts(): IterableIterator<readonly [key: string, claims: readonly Claim[]]> {
    for (const [key, claims] of this.#byKey) if (Array.isArray(claims)) yield [key, claims]
  }

  #set(key: string, service: string, claim: Claim | undefined, concerned: Set<string>): void {
    const others = this.claimants(key).filter((one) => one.service !== service)
    const after = claim ? [...others, claim].toSorted(compareClaims) : others
    if (after.length === 0) this.#byKey.delete(key)
    else this.#byKey.set(key, after.length === 1 ? after[0]! : after)
    // Losers tell who has won, so that they are concerned too.
    if (others.length > 0) for (const one of others) concerned.add(one.service)
  }
}

function isSame(a: Claim | undefined, b: Claim): boolean {
  return a !== undefined && a.kind === b.kind && a.created === b.created
}

function compareText(a: string, b: string): number {
  return a < b ? -1 : Number(a > b)
}
