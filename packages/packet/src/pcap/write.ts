import { FILE_HEADER_SIZE, MAGIC_NANOSECONDS, MAX_SNAPLEN, PcapLink, RECORD_HEADER_SIZE } from './format.ts'

const SECOND = 1_000_000_000n

/** What the file's header says. */
export interface PcapOptions {
  /** What packets start with: {@link PcapLink}. Default: Ethernet. */
  readonly link?: number
}

/** A packet to write; bytes alone have the time 0. */
export type PcapInput =
  | Uint8Array
  | { readonly bytes: Uint8Array; readonly timestamp?: bigint; readonly originalLength?: number }

/** A whole pcap file, with nanoseconds, as `tcpdump -r` and Wireshark read it. */
export function writePcap(packets: Iterable<PcapInput>, options: PcapOptions = {}): Uint8Array {
  const parts = [pcapHeader(options), ...Array.from(packets, pcapRecord)]
  const file = new Uint8Array(parts.reduce((sum, part) => sum + part.length, 0))
  let offset = 0
  for (const part of parts) {
    file.set(part, offset)
    offset += part.length
  }
  return file
}

/** The start of a pcap file; {@link pcapRecord}s follow it. */
export function pcapHeader(options: PcapOptions = {}): Uint8Array {
  const header = new DataView(new ArrayBuffer(FILE_HEADER_SIZE))
  header.setUint32(0, MAGIC_NANOSECONDS, true)
  header.setUint16(4, 2, true)
  header.setUint16(6, 4, true)
  header.setUint32(16, MAX_SNAPLEN, true)
  header.setUint32(20, options.link ?? PcapLink.ethernet, true)
  return new Uint8Array(header.buffer)
}

/** One packet of a pcap file. */
export function pcapRecord(packet: PcapInput): Uint8Array {
  const {
    bytes,
    timestamp = 0n,
    originalLength,
  } = 'bytes' in packet ? packet : { bytes: packet, originalLength: undefined }
  const record = new Uint8Array(RECORD_HEADER_SIZE + bytes.length)
  const header = new DataView(record.buffer)
  header.setUint32(0, Number(timestamp / SECOND), true)
  header.setUint32(4, Number(timestamp % SECOND), true)
  header.setUint32(8, bytes.length, true)
  header.setUint32(12, originalLength ?? bytes.length, true)
  record.set(bytes, RECORD_HEADER_SIZE)
  return record
}
