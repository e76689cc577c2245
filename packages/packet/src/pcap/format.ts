/** Magic numbers of a pcap file, in the byte order of its writer. */
export const MAGIC_MICROSECONDS = 0xa1b2c3d4
export const MAGIC_NANOSECONDS = 0xa1b23c4d
/** First bytes of a pcapng file, in any byte order. */
export const MAGIC_PCAPNG = 0x0a0d0d0a

export const FILE_HEADER_SIZE = 24
export const RECORD_HEADER_SIZE = 16

/** The longest packet that a record may hold, as in libpcap. */
export const MAX_SNAPLEN = 262144

/** What packets start with (LINKTYPE_…). */
export const PcapLink = { ethernet: 1, raw: 101 } as const

/** One captured packet. */
export interface PcapPacket {
  readonly bytes: Uint8Array
  /** Nanoseconds since 1970. */
  readonly timestamp: bigint
  /** Length on the wire, in bytes: more than `bytes` when the capture cut it. */
  readonly originalLength: number
}
