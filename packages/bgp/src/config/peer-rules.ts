import { show } from '@skep/config-file'
import { LEARNT, type PeerConfig } from '../speaker/peer-config.ts'
import { AS_TRANS } from '../wire/open/open.ts'

/** What does not fit about a peer's field. */
export interface PeerProblem {
  readonly field: keyof PeerConfig
  readonly message: string
}

/** Where a peer is, in one word: two peers of a node are not in the same place. */
export function placeOf({ address, device }: PeerConfig): string {
  return address === LEARNT ? `${LEARNT} on ${device}` : address
}

/** What one peer's fields say against each other. `asn` is the speaker's own. */
export function peerProblems(peer: PeerConfig, asn: number | undefined): PeerProblem[] {
  const { address, device, sourceAddress, ttlSecurity, multihop } = peer
  const found: PeerProblem[] = []
  const add = (field: keyof PeerConfig, message: string): void => void found.push({ field, message })
  if (address === LEARNT && device === undefined)
    add('address', 'is to be learnt from the router on a device; say with device on which')
  if (/^fe[89ab]/i.test(address) && device === undefined)
    add('address', `${show(address)} is link-local; say with device where it is`)
  if (sourceAddress !== undefined && address !== LEARNT && sourceAddress.includes(':') !== address.includes(':'))
    add('sourceAddress', `${show(sourceAddress)} is of another family than ${address}; write one of the same`)
  if (ttlSecurity !== undefined && multihop !== undefined)
    add('ttlSecurity', 'says how far the peer is, and so does multihop; write one of them')
  if (multihop !== undefined && (peer.localAsn ?? asn) === peer.asn)
    add('multihop', 'is for peers in other ASes; within one, any distance is right')
  if (peer.asn === AS_TRANS)
    add('asn', `${AS_TRANS} stands for AS numbers that have no room in two octets (RFC 6793); write the peer’s own`)
  for (const [field, message] of nextHopProblems(peer)) add(field, message)
  return found
}

function nextHopProblems({ address, nextHops, extendedNextHop }: PeerConfig): [keyof PeerConfig, string][] {
  const { ipv4, ipv6 } = nextHops ?? {}
  const found: [keyof PeerConfig, string][] = []
  if (ipv6 !== undefined && !ipv6.includes(':'))
    found.push(['nextHops', `ipv6 is ${show(ipv6)}, an IPv4 address; IPv6 routes have an IPv6 one`])
  if (ipv4?.includes(':') && !(extendedNextHop ?? address === LEARNT))
    found.push(['nextHops', `ipv4 is ${show(ipv4)}, an IPv6 address; that takes extendedNextHop: true (RFC 8950)`])
  return found
}
