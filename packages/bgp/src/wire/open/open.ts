import { formatIpv4, parseIpv4 } from '@skep/packet'
import { u16, u32, Writer } from '../bytes.ts'
import { ErrorKind, OpenError } from '../codes.ts'
import { WireError } from '../error.ts'
import { frame, MessageType } from '../message.ts'
import { type Capabilities, decodeCapabilities, encodeCapabilities } from './capabilities.ts'

/** An OPEN: who the speaker is and what it can do. */
export interface Open {
  /** The AS number, of four octets where the speaker has said so. */
  readonly asn: number
  /** Seconds: 0, or 3 to 65535. */
  readonly holdTime: number
  /** The router id, like `10.0.0.1`. */
  readonly identifier: string
  readonly capabilities: Capabilities
}

/** Stands for an AS number that two octets cannot hold (RFC 6793). */
export const AS_TRANS = 23456

const VERSION = 4
const CAPABILITIES = 2
const EXTENDED = 255

export function encodeOpen({ asn, holdTime, identifier, capabilities }: Open): Uint8Array {
  const value = encodeCapabilities(capabilities)
  const writer = new Writer()
    .u8(VERSION)
    .u16(asn > 0xffff ? AS_TRANS : asn)
    .u16(holdTime)
    .u32(parseIpv4(identifier))
  if (value.length === 0) writer.u8(0)
  else if (value.length <= 253)
    writer
      .u8(value.length + 2)
      .u8(CAPABILITIES)
      .u8(value.length)
      .bytes(value)
  // RFC 9072: lengths of two octets.
  else
    writer
      .u8(EXTENDED)
      .u8(EXTENDED)
      .u16(value.length + 3)
      .u8(CAPABILITIES)
      .u16(value.length)
      .bytes(value)
  return frame(MessageType.open, writer.done())
}

/** Reads an OPEN's body, of at least 10 bytes. Throws {@link WireError} with what the NOTIFICATION says. */
export function decodeOpen(body: Uint8Array): Open {
  if (body[0] !== VERSION)
    throw refusal(OpenError.unsupportedVersion, `BGP version ${body[0]}; only 4 is spoken`, Uint8Array.of(0, VERSION))
  const holdTime = u16(body, 3)
  if (holdTime === 1 || holdTime === 2)
    throw refusal(OpenError.unacceptableHoldTime, `a hold time of ${holdTime} s; 0, or 3 and more can be`)
  const identifier = u32(body, 5)
  if (identifier === 0) throw refusal(OpenError.badIdentifier, 'the BGP identifier is 0.0.0.0')
  const capabilities = decodeParameters(body)
  const asn = capabilities.as4 ?? u16(body, 1)
  if (asn === 0) throw refusal(OpenError.badPeerAs, 'AS 0 is nobody (RFC 7607)')
  return { asn, holdTime, identifier: formatIpv4(identifier), capabilities }
}

function decodeParameters(body: Uint8Array): Capabilities {
  const capabilities: Capabilities = { multiprotocol: [] }
  const extended = body[9] === EXTENDED && body[10] === EXTENDED
  const head = extended ? 3 : 2
  const start = extended ? 13 : 10
  if (start + (extended && body.length >= 13 ? u16(body, 11) : body[9]!) !== body.length)
    throw uneven('the optional parameters')
  for (let at = start; at < body.length;) {
    if (at + head > body.length) throw uneven('an optional parameter')
    const end = at + head + (extended ? u16(body, at + 1) : body[at + 1]!)
    if (end > body.length) throw uneven('an optional parameter')
    if (body[at] !== CAPABILITIES)
      throw refusal(OpenError.unsupportedParameter, `optional parameter ${body[at]} is not known`)
    if (!decodeCapabilities(body.subarray(at + head, end), capabilities)) throw uneven('a capability')
    at = end
  }
  return capabilities
}

function uneven(what: string): WireError {
  return refusal(0, `the length of ${what} does not fit the message's`)
}

function refusal(subcode: number, message: string, data?: Uint8Array): WireError {
  return new WireError('OPEN', message, { code: ErrorKind.open, subcode, data })
}
