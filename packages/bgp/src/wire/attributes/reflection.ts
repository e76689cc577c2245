import { formatIpv4, parseIpv4 } from '@skep/packet'
import { u32, Writer } from '../bytes.ts'
import { type AttributeCodec, badLength, optionalLocal } from './attribute.ts'

/** Who brought a route into the AS, where a route reflector passes it on (RFC 4456). */
export const originatorId: AttributeCodec<string> = {
  code: 9,
  name: 'ORIGINATOR_ID',
  flags: optionalLocal,
  malformed: 'treat-as-withdraw',
  internalOnly: true,
  decode: (value) => (value.length === 4 ? formatIpv4(u32(value, 0)) : badLength(value, '4')),
  encode: (value) => new Writer().u32(parseIpv4(value)).done(),
}

/** The clusters of route reflectors that a route has passed (RFC 4456). */
export const clusterList: AttributeCodec<readonly string[]> = {
  code: 10,
  name: 'CLUSTER_LIST',
  flags: optionalLocal,
  malformed: 'treat-as-withdraw',
  internalOnly: true,
  decode: (value) =>
    value.length > 0 && value.length % 4 === 0
      ? Array.from({ length: value.length / 4 }, (_, i) => formatIpv4(u32(value, 4 * i)))
      : badLength(value, 'a multiple of 4'),
  encode: (value) => value.reduce((writer, id) => writer.u32(parseIpv4(id)), new Writer()).done(),
}
