import { u16, u32 } from '../bytes/reader.ts'
import type { HeaderWriter } from '../bytes/writer.ts'
import type { ReadPlace } from '../header.ts'
import { checkOptionName, isRaw, roundUp } from './options.ts'

/** A TCP option (RFC 9293, 7323, 2018). `other` is one without a name here, or with an unusual length. */
export type TcpOption =
  | { readonly option: 'nop' }
  | { readonly option: 'mss'; readonly value: number }
  | { readonly option: 'windowScale'; readonly shift: number }
  | { readonly option: 'sackPermitted' }
  | { readonly option: 'sack'; readonly blocks: readonly (readonly [left: number, right: number])[] }
  | { readonly option: 'timestamps'; readonly value: number; readonly echo: number }
  | { readonly option: 'other'; readonly type: number; readonly data: Uint8Array }

/** Options, one after another; bytes stand as they are (padding, or what cannot be read as an option). */
export type TcpOptions = readonly (TcpOption | Uint8Array)[]

const END_OF_LIST = 0
const NOP = 1

/** How a named option is laid out after its type and length. */
interface Layout {
  readonly type: number
  /** Length of the whole option; undefined when it varies. */
  readonly length?: number
  read(data: Uint8Array): TcpOption
}

const layouts: readonly Layout[] = [
  { type: 2, length: 4, read: (data) => ({ option: 'mss', value: u16(data, 0) }) },
  { type: 3, length: 3, read: (data) => ({ option: 'windowScale', shift: data[0]! }) },
  { type: 4, length: 2, read: () => ({ option: 'sackPermitted' }) },
  { type: 5, read: readSack },
  { type: 8, length: 10, read: (data) => ({ option: 'timestamps', value: u32(data, 0), echo: u32(data, 4) }) },
]

const writers: {
  readonly [Name in TcpOption['option']]: (option: TcpOption & { option: Name }, to: HeaderWriter) => void
} = {
  nop: (_, to) => to.u8('options.type', NOP),
  mss: ({ value }, to) => head(to, 2, 4).u16('options.mss.value', value),
  windowScale: ({ shift }, to) => head(to, 3, 3).u8('options.windowScale.shift', shift),
  sackPermitted: (_, to) => head(to, 4, 2),
  sack: ({ blocks }, to) => {
    head(to, 5, 2 + 8 * blocks.length)
    for (const [left, right] of blocks) to.u32('options.sack.left', left).u32('options.sack.right', right)
  },
  timestamps: ({ value, echo }, to) =>
    head(to, 8, 10).u32('options.timestamps.value', value).u32('options.timestamps.echo', echo),
  other: ({ type, data }, to) => head(to, type, 2 + data.length).bytes(data),
}

/** Bytes that the options take by themselves. */
export function tcpOptionsLength(options: TcpOptions): number {
  return options.reduce((sum, option) => sum + optionSize(option), 0)
}

/** Bytes that the options take, with zeros up to a multiple of 4. */
export function tcpOptionsSize(options: TcpOptions): number {
  return roundUp(tcpOptionsLength(options), 4)
}

/** Writes options; the space after them is zero already. */
export function writeTcpOptions(options: TcpOptions, writer: HeaderWriter): void {
  for (const option of options) {
    if (isRaw(option)) writer.bytes(option)
    else writeOption(option, writer)
  }
}

/** Reads the options in `[start, end)`. What cannot be read stands as bytes. */
export function readTcpOptions(place: Pick<ReadPlace, 'bytes' | 'trouble'>, start: number, end: number): TcpOptions {
  const options: (TcpOption | Uint8Array)[] = []
  let at = start
  while (at < end && place.bytes[at] !== END_OF_LIST) {
    if (place.bytes[at] === NOP) {
      options.push({ option: 'nop' })
      at++
      continue
    }
    const length = at + 1 < end ? place.bytes[at + 1]! : 0
    if (length < 2 || at + length > end) {
      place.trouble(`option ${place.bytes[at]} at ${at} has length ${length}; ${end - at} bytes are left`)
      break
    }
    options.push(readOption(place.bytes[at]!, place.bytes.slice(at + 2, at + length)))
    at += length
  }
  const rest = place.bytes.slice(at, end)
  const padding = rest.length < 4 && rest.every((byte) => byte === 0)
  return padding ? options : [...options, rest]
}

function readOption(type: number, data: Uint8Array): TcpOption {
  const layout = layouts.find((candidate) => candidate.type === type)
  const usual = layout !== undefined && (layout.length ?? data.length + 2) === data.length + 2
  return usual ? layout.read(data) : { option: 'other', type, data }
}

function readSack(data: Uint8Array): TcpOption {
  if (data.length === 0 || data.length % 8 !== 0) return { option: 'other', type: 5, data }
  const blocks = Array.from({ length: data.length / 8 }, (_, i) => [u32(data, 8 * i), u32(data, 8 * i + 4)] as const)
  return { option: 'sack', blocks }
}

function writeOption<Name extends TcpOption['option']>(option: TcpOption & { option: Name }, to: HeaderWriter): void {
  checkOptionName('tcp.options', option.option, writers)
  writers[option.option](option, to)
}

function head(to: HeaderWriter, type: number, length: number): HeaderWriter {
  return to.u8('options.type', type).u8('options.length', length)
}

function optionSize(option: TcpOption | Uint8Array): number {
  if (isRaw(option)) return option.length
  if (option.option === 'nop') return 1
  if (option.option === 'sack') return 2 + 8 * option.blocks.length
  if (option.option === 'other') return 2 + option.data.length
  return { mss: 4, windowScale: 3, sackPermitted: 2, timestamps: 10 }[option.option] ?? 0
}
