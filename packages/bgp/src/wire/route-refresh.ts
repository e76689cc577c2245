import { u16 } from './bytes.ts'
import { ErrorKind } from './codes.ts'
import { WireError } from './error.ts'
import type { AfiSafi } from './family.ts'
import { frame, MessageType } from './message.ts'

/** What a ROUTE-REFRESH says: send everything again (RFC 2918), or that this begins or has ended (RFC 7313). */
export type RefreshKind = 'request' | 'begin' | 'end'

export interface RouteRefresh extends AfiSafi {
  readonly kind: RefreshKind
}

const kinds: readonly RefreshKind[] = ['request', 'begin', 'end']

export function encodeRouteRefresh({ afi, safi, kind }: RouteRefresh): Uint8Array {
  return frame(MessageType.routeRefresh, Uint8Array.of(afi >>> 8, afi, kinds.indexOf(kind), safi))
}

/** `undefined` for a subtype that is not known, which RFC 7313 has ignored. Throws {@link WireError} on a bad length. */
export function decodeRouteRefresh(body: Uint8Array): RouteRefresh | undefined {
  const kind = kinds[body[2]!]
  if (body.length !== 4) {
    // Subtype 0 may carry outbound filters (RFC 5291), which we have not offered.
    if (kind === undefined) return undefined
    const message = `a ROUTE-REFRESH has 4 bytes after its header, not ${body.length}`
    throw new WireError('ROUTE_REFRESH', message, {
      code: ErrorKind.routeRefresh,
      subcode: 1,
      data: frame(MessageType.routeRefresh, body),
    })
  }
  return kind && { afi: u16(body, 0), safi: body[3]!, kind }
}
