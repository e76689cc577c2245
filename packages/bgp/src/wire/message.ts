import { ErrorKind, HeaderError } from './codes.ts'
import { WireError } from './error.ts'
import { u16 } from './bytes.ts'

/** Marker, length and type. */
export const HEADER_LENGTH = 19
export const MAX_MESSAGE = 4096

export const MessageType = { open: 1, update: 2, notification: 3, keepalive: 4, routeRefresh: 5 } as const

/** A message's type and what follows its header. */
export interface RawMessage {
  readonly type: number
  /** Part of what was received; copy it to keep it. */
  readonly body: Uint8Array
}

/** Puts the header before a body. Throws a RangeError past 4096 bytes: whoever packs has to split. */
export function frame(type: number, body: Uint8Array): Uint8Array {
  const length = HEADER_LENGTH + body.length
  if (length > MAX_MESSAGE) throw new RangeError(`a BGP message has at most ${MAX_MESSAGE} bytes, not ${length}`)
  const bytes = new Uint8Array(length)
  writeHeader(bytes, 0, length, type)
  bytes.set(body, HEADER_LENGTH)
  return bytes
}

export function writeHeader(bytes: Uint8Array, offset: number, length: number, type: number): void {
  bytes.fill(0xff, offset, offset + 16)
  bytes[offset + 16] = length >>> 8
  bytes[offset + 17] = length
  bytes[offset + 18] = type
}

/** A KEEPALIVE, which is a header alone. */
export function encodeKeepalive(): Uint8Array {
  return frame(MessageType.keepalive, new Uint8Array())
}

const shortest: Readonly<Record<number, number>> = { 1: 29, 2: 23, 3: 21, 4: 19, 5: 23 }

/** The length of the message that begins here. Throws {@link WireError} on a bad marker, length or type. */
export function messageLength(bytes: Uint8Array, offset: number): number {
  for (let i = 0; i < 16; i++) {
    if (bytes[offset + i] !== 0xff)
      throw headerError(
        HeaderError.notSynchronized,
        'the marker is not 16 bytes of ff: this is not BGP, or bytes were lost',
      )
  }
  const length = u16(bytes, offset + 16)
  const type = bytes[offset + 18]!
  const least = shortest[type]
  if (
    length < HEADER_LENGTH ||
    length > MAX_MESSAGE ||
    (least !== undefined && length < least) ||
    (type === 4 && length !== HEADER_LENGTH)
  )
    throw headerError(
      HeaderError.badLength,
      `a message of type ${type} cannot have ${length} bytes`,
      bytes.slice(offset + 16, offset + 18),
    )
  if (least === undefined) throw headerError(HeaderError.badType, `no message has type ${type}`, Uint8Array.of(type))
  return length
}

function headerError(subcode: number, message: string, data?: Uint8Array): WireError {
  return new WireError('HEADER', message, { code: ErrorKind.header, subcode, data })
}
