import type { Writer } from '../bytes.ts'
import { ErrorKind, UpdateError } from '../codes.ts'
import { type Handling, WireError } from '../error.ts'

export const Flag = { optional: 0x80, transitive: 0x40, partial: 0x20, extendedLength: 0x10 } as const

/** The kinds of attributes: who must know one, and who passes it on. */
export const wellKnown: number = Flag.transitive
export const optionalTransitive: number = Flag.optional | Flag.transitive
export const optionalLocal: number = Flag.optional

/** What the session decides about how a message is read and written. */
export interface AttributeContext {
  /** AS numbers have four octets in AS_PATH and AGGREGATOR (RFC 6793). */
  readonly as4: boolean
  /** The peer is of another AS. */
  readonly external: boolean
}

/** How one attribute's value is read and written. */
export interface AttributeCodec<T> {
  readonly code: number
  /** As RFCs spell it. */
  readonly name: string
  readonly flags: number
  /** What RFC 7606 has done when the value is malformed. */
  readonly malformed: Handling
  /** The attribute has no business in a session with another AS, and is left out there. */
  readonly internalOnly?: boolean
  /** The value, or the sentence that says what is wrong with it. */
  decode(value: Uint8Array, context: AttributeContext): T | Malformed
  /** Nothing where the attribute is not for this session. */
  encode(value: T, context: AttributeContext): Uint8Array | undefined
}

/** Why a value is refused, and the subcode that says so. */
export class Malformed {
  readonly reason: string
  readonly subcode: number

  constructor(reason: string, subcode: number = UpdateError.attributeLength) {
    this.reason = reason
    this.subcode = subcode
  }
}

/** A value whose length is wrong. */
export function badLength(value: Uint8Array, right: string): Malformed {
  return new Malformed(`has ${value.length} bytes, not ${right}`)
}

/** Writes flags, code, length and value. */
export function writeAttribute(writer: Writer, flags: number, code: number, value: Uint8Array): void {
  if (value.length > 255)
    writer
      .u8(flags | Flag.extendedLength)
      .u8(code)
      .u16(value.length)
  else
    writer
      .u8(flags & ~Flag.extendedLength)
      .u8(code)
      .u8(value.length)
  writer.bytes(value)
}

/** An UPDATE error with its handling. */
export function updateError(handling: Handling, subcode: number, message: string, data?: Uint8Array): WireError {
  return new WireError('UPDATE', message, { code: ErrorKind.update, subcode, data }, handling)
}
