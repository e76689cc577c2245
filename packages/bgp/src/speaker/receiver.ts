import { AdjIn } from '../import/adj-in.ts'
import type { Negotiated } from '../session/negotiate.ts'
import { afiOf, families, type Family, familyOf, UNICAST } from '../wire/family.ts'
import { Cease, ErrorKind } from '../wire/codes.ts'
import type { ErrorCode } from '../wire/error.ts'
import type { RouteRefresh } from '../wire/route-refresh.ts'
import type { DecodedUpdate } from '../wire/update.ts'

/** What a peer has sent, over all its sessions. */
export class RouteReceiver {
  readonly routes: Readonly<Record<Family, AdjIn>> = { ipv4: new AdjIn('ipv4'), ipv6: new AdjIn('ipv6') }

  /** Takes an update in; the NOTIFICATION that ends the session where there are too many routes. */
  update(
    { withdrawn, reach, attributes }: DecodedUpdate,
    { families: agreed }: Negotiated,
    limit: number,
  ): ErrorCode | undefined {
    for (const list of withdrawn) if (agreed.includes(list.family)) this.routes[list.family].withdraw(list)
    for (const { family, prefixes, nextHop } of reach) {
      if (!agreed.includes(family)) continue
      this.routes[family].announce(prefixes, { attributes, nextHop })
      if (this.routes[family].size > limit) return tooMany(family, limit)
    }
    return undefined
  }

  /** RFC 7313: between begin and end the peer sends all it has. */
  refresh({ afi, safi, kind }: RouteRefresh): void {
    const family = familyOf(afi, safi)
    if (family === undefined) return
    if (kind === 'begin') this.routes[family].markStale()
    if (kind === 'end') this.routes[family].dropStale()
  }

  /** The session is over. */
  down(keep: readonly Family[]): void {
    for (const family of families) {
      if (keep.includes(family)) this.routes[family].markStale()
      else this.routes[family].clear()
    }
  }

  flush(gone: readonly Family[]): void {
    for (const family of gone) this.routes[family].dropStale()
  }
}

function tooMany(family: Family, limit: number): ErrorCode {
  const data = Uint8Array.of(0, afiOf(family), UNICAST, limit >>> 24, limit >>> 16, limit >>> 8, limit)
  return { code: ErrorKind.cease, subcode: Cease.maxPrefixes, data }
}
