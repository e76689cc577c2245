import { show } from '@skep/config-file'
import { LEARNT, type PeerConfig } from '../speaker/peer-config.ts'

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
  return found
}
