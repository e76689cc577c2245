import { PcapLink } from '../pcap/format.ts'
import { block, numberOption, textOption, type BlockOption } from './block.ts'

/** A device that packets were captured on. Interfaces are numbered from 0 in the order of their blocks. */
export interface PcapngInterface {
  readonly name: string
  /** Bytes of a packet at most; 0: no limit. libpcap reads only files whose interfaces all have the same. */
  readonly snaplen?: number
  /** What packets start with: {@link PcapLink}. Default: Ethernet. */
  readonly link?: number
}

/** One captured packet. */
export interface PcapngPacket {
  readonly bytes: Uint8Array
  /** Nanoseconds since 1970. */
  readonly timestamp: bigint
  /** The interface's number. Default: 0. */
  readonly interface?: number
  /** Length on the wire, in bytes. Default: all of it is there. */
  readonly originalLength?: number
  readonly direction?: 'in' | 'out'
  /** What readers show beside the packet. */
  readonly comment?: string
  /** The same for the same packet seen at several places. */
  readonly packetId?: bigint
  readonly queue?: number
  /** What an XDP program returned: `XDP_DROP` is 1. */
  readonly xdpAction?: number
}

/** What was counted on an interface. */
export interface PcapngStatistics {
  readonly interface?: number
  /** Nanoseconds since 1970. */
  readonly timestamp: bigint
  readonly received?: number | bigint
  /** Not written, for want of room. */
  readonly dropped?: number | bigint
}

const SECTION_HEADER = 0x0a0d0d0a
const BYTE_ORDER = 0x1a2b3c4d
const INTERFACE = 1
const STATISTICS = 5
const ENHANCED_PACKET = 6
const NANOSECONDS = 9
const EBPF_XDP = 2
const NO_BYTES = new Uint8Array()

/** The start of a pcapng file (draft-ietf-opsawg-pcapng); interfaces and packets follow it. `application` wrote it. */
export function pcapngHeader({ application }: { readonly application?: string } = {}): Uint8Array {
  const fixed = fixedPart(16, (view) => {
    view.setUint32(0, BYTE_ORDER, true)
    view.setUint16(4, 1, true)
    view.setBigInt64(8, -1n, true)
  })
  return block(SECTION_HEADER, fixed, NO_BYTES, application === undefined ? [] : [textOption(4, application)])
}

/** An interface. It stands before the first packet that names it. Times are in nanoseconds. */
export function pcapngInterface({ name, snaplen = 0, link = PcapLink.ethernet }: PcapngInterface): Uint8Array {
  const fixed = fixedPart(8, (view) => {
    view.setUint16(0, link, true)
    view.setUint32(4, snaplen, true)
  })
  return block(INTERFACE, fixed, NO_BYTES, [textOption(2, name), numberOption(9, NANOSECONDS, 1)])
}

/** A packet. */
export function pcapngPacket(packet: PcapngPacket): Uint8Array {
  const { bytes, timestamp, originalLength = bytes.length } = packet
  const fixed = fixedPart(20, (view) => {
    view.setUint32(0, packet.interface ?? 0, true)
    setTime(view, 4, timestamp)
    view.setUint32(12, bytes.length, true)
    view.setUint32(16, originalLength, true)
  })
  return block(ENHANCED_PACKET, fixed, bytes, packetOptions(packet))
}

/** What was counted, at the end of a file. */
export function pcapngStatistics({ timestamp, received, dropped, ...rest }: PcapngStatistics): Uint8Array {
  const fixed = fixedPart(12, (view) => {
    view.setUint32(0, rest.interface ?? 0, true)
    setTime(view, 4, timestamp)
  })
  return block(STATISTICS, fixed, NO_BYTES, [
    ...(received === undefined ? [] : [numberOption(4, received, 8)]),
    ...(dropped === undefined ? [] : [numberOption(5, dropped, 8)]),
  ])
}

function packetOptions({ direction, comment, packetId, queue, xdpAction }: PcapngPacket): BlockOption[] {
  return [
    ...(direction === undefined ? [] : [numberOption(2, direction === 'in' ? 1 : 2, 4)]),
    ...(packetId === undefined ? [] : [numberOption(5, packetId, 8)]),
    ...(queue === undefined ? [] : [numberOption(6, queue, 4)]),
    ...(xdpAction === undefined ? [] : [verdictOption(xdpAction)]),
    ...(comment === undefined ? [] : [textOption(1, comment)]),
  ]
}

function verdictOption(action: number): BlockOption {
  const value = fixedPart(9, (view) => {
    view.setUint8(0, EBPF_XDP)
    view.setBigUint64(1, BigInt(action), true)
  })
  return { code: 7, value }
}

/** Two halves, the high one first, each little-endian. */
function setTime(view: DataView, at: number, time: bigint): void {
  view.setUint32(at, Number(time >> 32n), true)
  view.setUint32(at + 4, Number(time & 0xffffffffn), true)
}

function fixedPart(size: number, fill: (view: DataView) => void): Uint8Array {
  const view = new DataView(new ArrayBuffer(size))
  fill(view)
  return new Uint8Array(view.buffer)
}
