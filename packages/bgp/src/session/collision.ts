import { compareAddresses, parseAddress } from '@skep/packet'
import type { Open } from '../wire/open/open.ts'
import type { SessionConfig } from './config.ts'
import type { Way } from './state.ts'

/**
 * Which of two connections to the same peer stays: the one that the higher router id opened (RFC 4271, section 6.8),
 * the higher AS where those are equal (RFC 6286).
 */
export function survivor(config: SessionConfig, peer: Open): Way {
  const order = compareAddresses(parseAddress(config.identifier), parseAddress(peer.identifier))
  return order > 0 || (order === 0 && config.localAsn > peer.asn) ? 'out' : 'in'
}

export function otherWay(way: Way): Way {
  return way === 'out' ? 'in' : 'out'
}
