import type { Negotiated } from '../session/negotiate.ts'
import type { StateName } from '../session/state.ts'
import { families, type Family } from '../wire/family.ts'
import type { PeerConfig } from './peer-config.ts'
import type { RouteReceiver } from './receiver.ts'
import type { Sender } from './sender.ts'
import type { Agreed, LastError, PeerStatus } from './status.ts'

/** What a peer's status is made of. */
export interface PeerParts {
  readonly config: PeerConfig
  readonly address: string | undefined
  readonly state: StateName
  readonly since: number
  readonly flaps: number
  readonly badUpdates: number
  readonly lastError: LastError | undefined
  readonly local: string | undefined
  readonly negotiated: Negotiated | undefined
  readonly sender: Sender | undefined
  readonly received: RouteReceiver
}

export function statusOf(parts: PeerParts): PeerStatus {
  const { config, address, negotiated, sender, received, ...rest } = parts
  return {
    name: config.name,
    address: address ?? config.address,
    asn: config.asn,
    ...rest,
    agreed: negotiated && agreedOf(negotiated),
    advertised: byFamily((family) => sender?.advertised(family) ?? 0),
    pending: sender?.pending ?? 0,
    received: byFamily((family) => received.routes[family].size),
  }
}

function agreedOf(negotiated: Negotiated): Agreed {
  const { peer, gracefulRestart, families: agreed, holdTime, as4 } = negotiated
  const { routeRefresh, enhancedRefresh, extendedNextHop } = negotiated
  return {
    routerId: peer.identifier,
    holdTime,
    families: agreed,
    as4,
    routeRefresh,
    enhancedRefresh,
    extendedNextHop,
    gracefulRestart: gracefulRestart?.seconds,
  }
}

function byFamily(count: (family: Family) => number): Record<Family, number> {
  const [ipv4, ipv6] = families.map(count) as [number, number]
  return { ipv4, ipv6 }
}
