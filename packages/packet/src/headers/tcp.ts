import { u16, u32 } from '../bytes/reader.ts'
import { checkTransportChecksum, writeTransportChecksum } from '../bytes/transport-checksum.ts'
import { BuildError, HeaderWriter } from '../bytes/writer.ts'
import type { Fields, Header, ReadPlace, Spec, WritePlace } from '../header.ts'
import { hasRoom } from '../header.ts'
import { IpProtocol } from '../protocols.ts'
import type { TcpOptions } from './tcp-options.ts'
import { readTcpOptions, tcpOptionsSize, writeTcpOptions } from './tcp-options.ts'

/** TCP flags, from the lowest bit (RFC 9293; `ae`: RFC 9768). */
export const tcpFlags = ['fin', 'syn', 'rst', 'psh', 'ack', 'urg', 'ece', 'cwr', 'ae'] as const

export type TcpFlag = (typeof tcpFlags)[number]

/** A TCP header (RFC 9293). */
export interface Tcp {
  readonly kind: 'tcp'
  readonly srcPort: number
  readonly dstPort: number
  readonly seq: number
  readonly ack: number
  /** Header length in 32-bit words. */
  readonly dataOffset: number
  /** The three reserved bits. */
  readonly reserved: number
  /** In the order of {@link tcpFlags}, when read. */
  readonly flags: readonly TcpFlag[]
  readonly window: number
  readonly checksum: number
  readonly urgent: number
  readonly options: TcpOptions
}

export type TcpSpec = Spec<Tcp, 'srcPort' | 'dstPort'>

/** A TCP header: no flags, window 65535; offset and checksum filled in unless given. */
export function tcp(fields: Fields<Tcp, 'srcPort' | 'dstPort'>): TcpSpec {
  return { kind: 'tcp', ...fields }
}

export const tcpHeader: Header<TcpSpec, Tcp> = {
  size: (layer) => 20 + tcpOptionsSize(layer.options ?? []),

  write(layer, place) {
    if (place.size > 60) throw new BuildError('INVALID_FIELD', 'tcp.options', `take ${place.size - 20} bytes; 40 fit`)
    writeFields(layer, place)
    writeTransportChecksum('tcp', place, 16, IpProtocol.tcp, layer.checksum)
  },

  read(place) {
    if (!hasRoom(place, 20)) return undefined
    const fixed = readFields(place)
    const size = headerSize(fixed, place)
    if (size === undefined) return { layer: fixed, size: 20 }
    const layer = { ...fixed, options: readTcpOptions(place, place.start + 20, place.start + size) }
    checkTransportChecksum(place, 16, IpProtocol.tcp)
    return { layer, size }
  },
}

function writeFields(layer: TcpSpec, place: WritePlace): void {
  const writer = new HeaderWriter(place.bytes, place.start, 'tcp')
    .u16('srcPort', layer.srcPort)
    .u16('dstPort', layer.dstPort)
    .u32('seq', layer.seq ?? 0)
    .u32('ack', layer.ack ?? 0)
    .bits(
      ['dataOffset', 4, layer.dataOffset ?? place.size / 4],
      ['reserved', 3, layer.reserved ?? 0],
      ['flags', 9, flagBits(layer.flags ?? [])],
    )
    .u16('window', layer.window ?? 65535)
    .u16('checksum', 0)
    .u16('urgent', layer.urgent ?? 0)
  writeTcpOptions(layer.options ?? [], writer)
}

function flagBits(flags: readonly TcpFlag[]): number {
  return flags.reduce((bits, flag) => bits | flagBit(flag), 0)
}

function flagBit(flag: TcpFlag): number {
  const index = tcpFlags.indexOf(flag)
  if (index >= 0) return 1 << index
  throw new BuildError('INVALID_FIELD', 'tcp.flags', `has ${JSON.stringify(flag)}; known are ${tcpFlags.join(', ')}`)
}

function readFields({ bytes, start }: ReadPlace): Tcp {
  const word = u16(bytes, start + 12)
  return {
    kind: 'tcp',
    srcPort: u16(bytes, start),
    dstPort: u16(bytes, start + 2),
    seq: u32(bytes, start + 4),
    ack: u32(bytes, start + 8),
    dataOffset: word >>> 12,
    reserved: (word >>> 9) & 7,
    flags: tcpFlags.filter((_, index) => word & (1 << index)),
    window: u16(bytes, start + 14),
    checksum: u16(bytes, start + 16),
    urgent: u16(bytes, start + 18),
    options: [],
  }
}

/** The whole header's length, or undefined when it cannot be read on. */
function headerSize(layer: Tcp, place: ReadPlace): number | undefined {
  if (layer.dataOffset >= 5) return hasRoom(place, layer.dataOffset * 4) ? layer.dataOffset * 4 : undefined
  place.trouble(`data offset is ${layer.dataOffset} words, the least is 5`)
  return undefined
}
