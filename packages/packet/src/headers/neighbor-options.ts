import { formatMac, parseMac } from '../address/mac.ts'
import { u32 } from '../bytes/reader.ts'
import type { HeaderWriter } from '../bytes/writer.ts'
import { BuildError } from '../bytes/writer.ts'
import type { ReadPlace } from '../header.ts'
import { checkOptionName } from './options.ts'

/** A neighbour discovery option (RFC 4861, 4.6). `other` is one without a name here, or with an unusual length. */
export type NeighborOption =
  | { readonly option: 'sourceLinkLayerAddress'; readonly address: string }
  | { readonly option: 'targetLinkLayerAddress'; readonly address: string }
  | { readonly option: 'mtu'; readonly value: number }
  /** `data` is what follows type and length: 6 bytes more than a multiple of 8. */
  | { readonly option: 'other'; readonly type: number; readonly data: Uint8Array }

const SOURCE = 1
const TARGET = 2
const MTU = 5

const names = { sourceLinkLayerAddress: SOURCE, targetLinkLayerAddress: TARGET, mtu: MTU, other: undefined }

/** Bytes that the options take. */
export function neighborOptionsSize(options: readonly NeighborOption[]): number {
  return options.reduce((sum, option) => sum + (option.option === 'other' ? 2 + option.data.length : 8), 0)
}

/** Writes one option. */
export function writeNeighborOption(option: NeighborOption, writer: HeaderWriter): void {
  checkOptionName('icmpv6.options', option.option, names)
  switch (option.option) {
    case 'sourceLinkLayerAddress':
    case 'targetLinkLayerAddress':
      head(writer, option.option === 'sourceLinkLayerAddress' ? SOURCE : TARGET, 1)
      writer.parsed(`options.${option.option}`, option.address, parseMac)
      break
    case 'mtu':
      head(writer, MTU, 1).u16('options.mtu.reserved', 0).u32('options.mtu.value', option.value)
      break
    case 'other':
      head(writer, option.type, units(option)).bytes(option.data)
  }
}

/** Reads options from `start` on, and where they end: at the first that cannot be read, or at the end. */
export function readNeighborOptions(place: ReadPlace, start: number): { options: NeighborOption[]; end: number } {
  const options: NeighborOption[] = []
  let at = start
  while (at < place.end) {
    const length = at + 1 < place.end ? place.bytes[at + 1]! * 8 : 0
    if (length === 0 || at + length > place.end) {
      place.trouble(`option ${place.bytes[at]} at ${at} has length ${length}; ${place.end - at} bytes are left`)
      break
    }
    options.push(readOption(place.bytes[at]!, place.bytes.slice(at + 2, at + length)))
    at += length
  }
  return { options, end: at }
}

function readOption(type: number, data: Uint8Array): NeighborOption {
  if (data.length !== 6) return { option: 'other', type, data }
  if (type === SOURCE) return { option: 'sourceLinkLayerAddress', address: formatMac(data) }
  if (type === TARGET) return { option: 'targetLinkLayerAddress', address: formatMac(data) }
  if (type === MTU && data[0] === 0 && data[1] === 0) return { option: 'mtu', value: u32(data, 2) }
  return { option: 'other', type, data }
}

function head(writer: HeaderWriter, type: number, length: number): HeaderWriter {
  return writer.u8('options.type', type).u8('options.length', length)
}

function units(option: { readonly data: Uint8Array }): number {
  const length = option.data.length + 2
  if (length % 8 === 0) return length / 8
  throw new BuildError(
    'INVALID_FIELD',
    'icmpv6.options.data',
    `has ${length - 2} bytes; it must be 6 more than a multiple of 8`,
  )
}
