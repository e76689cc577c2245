import { natEntryCodec, natEntryOffsets, natLineCodec } from '@skep/datapath/lb-xdp'

/** Words of a line of `nat_flows` and `nat_replies`. An entry's place is its word's place in `nat_flows`. */
export const LINE: number = natLineCodec.size / 8
/** The top bit of a word's high half: its entry is being written. */
export const BUSY = 0x80000000

/**
 * struct nat_entry, in 32-bit words. ports: client's and backend's. state: NAT port, protocol, state. seen: family,
 * client_seen, member_seen, era. tail: generation, source.
 */
export const ENTRY_WORDS: number = natEntryCodec.size / 4
export const ENTRY: Readonly<
  Record<'client' | 'backend' | 'ports' | 'state' | 'service' | 'lastSeen' | 'seen' | 'tail', number>
> = {
  client: natEntryOffsets.client / 4,
  backend: natEntryOffsets.backend / 4,
  ports: natEntryOffsets.clientPort / 4,
  state: natEntryOffsets.natPort / 4,
  service: natEntryOffsets.service / 4,
  lastSeen: natEntryOffsets.lastSeen / 4,
  seen: natEntryOffsets.family / 4,
  tail: natEntryOffsets.generation / 4,
}

/** The connections' tables of one size, mapped. The words of the lines are there as one, and as two halves: tag, entry. */
export interface NatTables {
  readonly flows: Words
  readonly replies: Words
  readonly entries: Uint32Array
  readonly lines: number
}

export interface Words {
  readonly longs: BigUint64Array
  readonly halves: Uint32Array
}

/** The tables over mapped memory. Sizes: `lines` lines of words each, and an entry for each word. */
export function natTables(flows: ArrayBuffer, replies: ArrayBuffer, entries: ArrayBuffer): NatTables {
  const words = (buffer: ArrayBuffer): Words => ({
    longs: new BigUint64Array(buffer),
    halves: new Uint32Array(buffer),
  })
  return {
    flows: words(flows),
    replies: words(replies),
    entries: new Uint32Array(entries),
    lines: flows.byteLength / natLineCodec.size,
  }
}
