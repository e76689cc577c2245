import { formatIpv4, parseIpv4 } from '@skep/packet'
import { u16, u32, Writer } from '../bytes.ts'
import { AS_TRANS } from '../open/open.ts'
import { type AttributeCodec, badLength, type Malformed, optionalTransitive, wellKnown } from './attribute.ts'

/** Who made an aggregate out of several routes. */
export interface Aggregator {
  readonly asn: number
  /** The router's id, like `10.0.0.1`. */
  readonly address: string
}

export const atomicAggregate: AttributeCodec<true> = {
  code: 6,
  name: 'ATOMIC_AGGREGATE',
  flags: wellKnown,
  malformed: 'attribute-discard',
  decode: (value) => value.length === 0 || badLength(value, '0'),
  encode: () => new Uint8Array(),
}

export const aggregator: AttributeCodec<Aggregator> = {
  code: 7,
  name: 'AGGREGATOR',
  flags: optionalTransitive,
  malformed: 'attribute-discard',
  decode: (value, { as4 }) => read(value, as4 ? 4 : 2),
  encode: (value, { as4 }) => write(value, as4 ? 4 : 2),
}

/** AS4_AGGREGATOR, beside AS4_PATH (RFC 6793). */
export const as4Aggregator: AttributeCodec<Aggregator> = {
  code: 18,
  name: 'AS4_AGGREGATOR',
  flags: optionalTransitive,
  malformed: 'attribute-discard',
  decode: (value) => read(value, 4),
  encode: (value, { as4 }) => (as4 || value.asn <= 0xffff ? undefined : write(value, 4)),
}

function read(value: Uint8Array, width: 2 | 4): Aggregator | Malformed {
  if (value.length !== width + 4) return badLength(value, String(width + 4))
  return { asn: width === 4 ? u32(value, 0) : u16(value, 0), address: formatIpv4(u32(value, width)) }
}

function write({ asn, address }: Aggregator, width: 2 | 4): Uint8Array {
  const writer = new Writer()
  if (width === 4) writer.u32(asn)
  else writer.u16(asn > 0xffff ? AS_TRANS : asn)
  return writer.u32(parseIpv4(address)).done()
}
