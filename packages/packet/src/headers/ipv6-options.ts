import { BuildError, HeaderWriter } from '../bytes/writer.ts'
import { byNextHeader } from '../dispatch.ts'
import type { Fields, Header, LayerKind, ReadPlace, Spec } from '../header.ts'
import { hasRoom, nextNumber } from '../header.ts'
import type { TlvOption, TlvOptions } from './options.ts'
import { isRaw, roundUp } from './options.ts'

/** Option types in hop-by-hop and destination options headers (RFC 8200, 2711, 2675). `pad1` has no data. */
export const Ipv6OptionType = { pad1: 0, padN: 1, routerAlert: 5, jumboPayload: 0xc2 } as const

interface OptionsHeader<Kind extends LayerKind> {
  readonly kind: Kind
  readonly nextHeader: number
  /** Length in units of 8 bytes, the first 8 not counted. */
  readonly length: number
  /** Padding included, when read; added, when it is missing. */
  readonly options: TlvOptions
}

/** An IPv6 hop-by-hop options header: first after the IPv6 header. */
export type HopByHop = OptionsHeader<'hopByHop'>
/** An IPv6 destination options header. */
export type DestinationOptions = OptionsHeader<'destinationOptions'>

export type HopByHopSpec = Spec<HopByHop>
export type DestinationOptionsSpec = Spec<DestinationOptions>

/** A hop-by-hop options header; without options it holds only padding. */
export function hopByHop(fields: Fields<HopByHop> = {}): HopByHopSpec {
  return { kind: 'hopByHop', ...fields }
}

/** A destination options header; without options it holds only padding. */
export function destinationOptions(fields: Fields<DestinationOptions> = {}): DestinationOptionsSpec {
  return { kind: 'destinationOptions', ...fields }
}

export const hopByHopHeader: Header<HopByHopSpec, HopByHop> = optionsHeader('hopByHop')
export const destinationOptionsHeader: Header<DestinationOptionsSpec, DestinationOptions> =
  optionsHeader('destinationOptions')

function optionsHeader<Kind extends 'hopByHop' | 'destinationOptions'>(
  kind: Kind,
): Header<Partial<OptionsHeader<Kind>> & { kind: Kind }, OptionsHeader<Kind>> {
  return {
    size: (layer) => roundUp(2 + optionsSize(layer.options ?? []), 8),

    write(layer, place) {
      const options = layer.options ?? []
      if (place.size > 2048)
        throw new BuildError('INVALID_FIELD', `${kind}.options`, `take ${place.size - 2} bytes; 2046 fit`)
      const writer = new HeaderWriter(place.bytes, place.start, kind)
        .u8('nextHeader', nextNumber(`${kind}.nextHeader`, layer.nextHeader, place.next?.protocol))
        .u8('length', layer.length ?? place.size / 8 - 1)
      const padding = place.size - 2 - optionsSize(options)
      for (const option of padding > 0 ? [...options, pad(padding)] : options) writeOption(option, writer)
    },

    read(place) {
      if (kind === 'hopByHop' && place.previous !== 'ipv6') place.trouble('does not stand first after the IPv6 header')
      if (!hasRoom(place, 8)) return undefined
      const { bytes, start } = place
      const [nextHeader, length] = [bytes[start]!, bytes[start + 1]!]
      const size = (length + 1) * 8
      if (!hasRoom(place, size)) return undefined
      const options = readOptions(place, start + 2, start + size)
      return { layer: { kind, nextHeader, length, options }, size, next: byNextHeader.get(nextHeader) }
    },
  }
}

function writeOption(option: TlvOption | Uint8Array, writer: HeaderWriter): void {
  if (isRaw(option)) writer.bytes(option)
  else if (option.type === Ipv6OptionType.pad1) writer.u8('options.type', 0)
  else {
    const data = option.data ?? new Uint8Array()
    writer.u8('options.type', option.type).u8('options.length', data.length).bytes(data)
  }
}

function readOptions(place: ReadPlace, start: number, end: number): TlvOptions {
  const options: (TlvOption | Uint8Array)[] = []
  let at = start
  while (at < end) {
    const type = place.bytes[at]!
    const length = type === Ipv6OptionType.pad1 ? 1 : 2 + (place.bytes[at + 1] ?? 0)
    if (at + length > end) {
      place.trouble(`option ${type} at ${at} takes ${length} bytes; ${end - at} are left`)
      return [...options, place.bytes.slice(at, end)]
    }
    options.push(type === Ipv6OptionType.pad1 ? { type } : { type, data: place.bytes.slice(at + 2, at + length) })
    at += length
  }
  return options
}

function optionsSize(options: TlvOptions): number {
  return options.reduce((sum, option) => sum + optionSize(option), 0)
}

function optionSize(option: TlvOption | Uint8Array): number {
  if (isRaw(option)) return option.length
  return option.type === Ipv6OptionType.pad1 ? 1 : 2 + (option.data?.length ?? 0)
}

function pad(length: number): TlvOption {
  return length === 1 ? { type: Ipv6OptionType.pad1 } : { type: Ipv6OptionType.padN, data: new Uint8Array(length - 2) }
}
