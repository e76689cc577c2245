import { hex } from '../bytes/reader.ts'
import { PcapError } from './error.ts'
import type { PcapPacket } from './format.ts'
import {
  FILE_HEADER_SIZE,
  MAGIC_MICROSECONDS,
  MAGIC_NANOSECONDS,
  MAGIC_PCAPNG,
  MAX_SNAPLEN,
  RECORD_HEADER_SIZE,
} from './format.ts'

/** A capture read from a file. */
export interface Capture {
  /** What packets start with: `PcapLink`. */
  readonly link: number
  readonly packets: readonly PcapPacket[]
  /** Bytes at the end that are no whole record: the writer was stopped in between. */
  readonly rest: number
}

/** Reads a whole pcap file, of either byte order, with micro- or nanoseconds. Throws {@link PcapError}. */
export function readPcap(file: Uint8Array): Capture {
  const reader = new PcapReader()
  const packets = reader.push(file)
  if (reader.link === undefined)
    throw new PcapError(
      'UNKNOWN_FORMAT',
      `a pcap file starts with ${FILE_HEADER_SIZE} bytes of header; ${file.length} bytes are there`,
    )
  return { link: reader.link, packets, rest: reader.pending }
}

/** Reads a pcap stream as it comes, for example from `tcpdump -U -w -`. */
export class PcapReader {
  #buffer: Uint8Array = new Uint8Array()
  #header: FileHeader | undefined

  /** What packets start with; undefined until the file's header has come. */
  get link(): number | undefined {
    return this.#header?.link
  }

  /** Bytes that wait for the rest of their record. */
  get pending(): number {
    return this.#buffer.length
  }

  /** Takes more of the stream and gives the packets that are whole now. Throws {@link PcapError}. */
  push(chunk: Uint8Array): PcapPacket[] {
    this.#buffer = joined(this.#buffer, chunk)
    if (this.#header === undefined) {
      if (this.#buffer.length < FILE_HEADER_SIZE) return []
      this.#header = readHeader(this.#buffer)
      this.#buffer = this.#buffer.subarray(FILE_HEADER_SIZE)
    }
    const { packets, size } = readRecords(this.#buffer, this.#header)
    this.#buffer = this.#buffer.slice(size)
    return packets
  }
}

interface FileHeader {
  readonly littleEndian: boolean
  /** Nanoseconds in one unit of a timestamp's second field. */
  readonly unit: bigint
  readonly link: number
}

function readHeader(bytes: Uint8Array): FileHeader {
  const view = viewOf(bytes)
  for (const littleEndian of [true, false]) {
    const magic = view.getUint32(0, littleEndian)
    if (magic !== MAGIC_MICROSECONDS && magic !== MAGIC_NANOSECONDS) continue
    return {
      littleEndian,
      unit: magic === MAGIC_NANOSECONDS ? 1n : 1000n,
      link: view.getUint32(20, littleEndian) & 0xffff,
    }
  }
  const magic = view.getUint32(0, false)
  const hint =
    magic === MAGIC_PCAPNG ? 'this is pcapng: convert it with "tcpdump -r in.pcapng -w out.pcap"' : 'this is no capture'
  throw new PcapError(
    'UNKNOWN_FORMAT',
    `a pcap file starts with 0xa1b2c3d4 or 0xa1b23c4d, not with ${hex(magic, 8)}: ${hint}`,
  )
}

function readRecords(bytes: Uint8Array, header: FileHeader): { packets: PcapPacket[]; size: number } {
  const view = viewOf(bytes)
  const packets: PcapPacket[] = []
  let offset = 0
  while (offset + RECORD_HEADER_SIZE <= bytes.length) {
    const field = (index: number): number => view.getUint32(offset + 4 * index, header.littleEndian)
    const length = field(2)
    if (length > MAX_SNAPLEN)
      throw new PcapError(
        'BAD_RECORD',
        `packet ${packets.length} of this part says that it has ${length} bytes; the most is ${MAX_SNAPLEN}`,
      )
    const start = offset + RECORD_HEADER_SIZE
    if (start + length > bytes.length) break
    const timestamp = BigInt(field(0)) * 1_000_000_000n + BigInt(field(1)) * header.unit
    packets.push({ bytes: bytes.slice(start, start + length), timestamp, originalLength: field(3) })
    offset = start + length
  }
  return { packets, size: offset }
}

function viewOf(bytes: Uint8Array): DataView {
  return new DataView(bytes.buffer, bytes.byteOffset, bytes.length)
}

function joined(first: Uint8Array, second: Uint8Array): Uint8Array {
  const both = new Uint8Array(first.length + second.length)
  both.set(first)
  both.set(second, first.length)
  return both
}
