import type { HeaderWriter } from '../bytes/writer.ts'
import type { ReadPlace } from '../header.ts'
import type { TlvOption, TlvOptions } from './options.ts'
import { isRaw, roundUp } from './options.ts'

/** IPv4 option types (RFC 791, RFC 2113). `endOfList` and `nop` have no data. */
export const Ipv4OptionType = {
  endOfList: 0,
  nop: 1,
  recordRoute: 7,
  timestamp: 68,
  looseSourceRoute: 131,
  strictSourceRoute: 137,
  routerAlert: 148,
} as const

/** Bytes that the options take, with zeros up to a multiple of 4. */
export function ipv4OptionsSize(options: TlvOptions): number {
  return roundUp(
    options.reduce((sum, option) => sum + optionSize(option), 0),
    4,
  )
}

/** Writes options; the space after them is zero already. */
export function writeIpv4Options(options: TlvOptions, writer: HeaderWriter): void {
  for (const option of options) {
    if (isRaw(option)) writer.bytes(option)
    else if (option.data === undefined) writer.u8('options.type', option.type)
    else
      writer
        .u8('options.type', option.type)
        .u8('options.length', option.data.length + 2)
        .bytes(option.data)
  }
}

/** Reads the options in `[start, end)`. What cannot be read stands as bytes. */
export function readIpv4Options(place: ReadPlace, start: number, end: number): TlvOptions {
  const options: (TlvOption | Uint8Array)[] = []
  let at = start
  while (at < end) {
    const type = place.bytes[at]!
    if (type === Ipv4OptionType.endOfList) break
    const length = type === Ipv4OptionType.nop ? 1 : lengthAt(place, at, end)
    if (length === undefined) break
    options.push(length === 1 ? { type } : { type, data: place.bytes.slice(at + 2, at + length) })
    at += length
  }
  const rest = place.bytes.slice(at, end)
  return isPadding(rest) ? options : [...options, rest]
}

function lengthAt(place: ReadPlace, at: number, end: number): number | undefined {
  const length = at + 1 < end ? place.bytes[at + 1]! : 0
  if (length >= 2 && at + length <= end) return length
  place.trouble(`option ${place.bytes[at]} at ${at} has length ${length}; ${end - at} bytes are left`)
  return undefined
}

/** What the writer would add by itself. */
function isPadding(rest: Uint8Array): boolean {
  return rest.length < 4 && rest.every((byte) => byte === 0)
}

function optionSize(option: TlvOption | Uint8Array): number {
  if (isRaw(option)) return option.length
  return option.data === undefined ? 1 : option.data.length + 2
}
