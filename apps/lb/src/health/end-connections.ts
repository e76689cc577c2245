import { natEntryOffsets as at, NatSeen, NatState } from '@skep/datapath/lb-xdp'
import type { Nat } from './nat.ts'

const clientSeen = { offset: at.clientSeen, bits: 8 } as const
const generation = { offset: at.generation, bits: 16 } as const
const state = { offset: at.state, bits: 8 } as const

/** Far from all that the service will have soon. */
const OTHER_GENERATION = 0x8000

/**
 * Ends a connection that is in the table: its next packet from the client opens another one, with the member that the
 * ring has now, which answers a packet out of nowhere with a reset. So a TCP client notices with its next packet
 * (a retransmit will do), and a UDP flow just goes on elsewhere.
 *
 * An entry whose generation is not its service's matches no client; its state lets the datapath take it over soon. Only
 * words are swapped, in an order in which each half of it is safe. If the same client opens anew at this very moment,
 * then it is the new connection that opens once more, at its own member.
 */
export function endConnection(nat: Nat, index: number, serviceGeneration: number): void {
  nat.swap(index, clientSeen, (seen) => seen | NatSeen.NAT_SEEN_RST)
  nat.swap(index, generation, () => serviceGeneration ^ OTHER_GENERATION)
  nat.swap(index, state, (is) => (isOpen(is) ? NatState.NAT_CLOSED : is))
}

/** Whether there is anything to end. */
export function isOpen(is: number): boolean {
  return is === NatState.NAT_OPENING || is === NatState.NAT_ESTABLISHED || is === NatState.NAT_CLOSING
}
