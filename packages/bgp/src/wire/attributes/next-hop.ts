import { formatAddress, parseAddress } from '@skep/packet'
import { UpdateError } from '../codes.ts'
import { type AttributeCodec, badLength, Malformed, wellKnown } from './attribute.ts'

/** NEXT_HOP of the prefixes in the message's own NLRI: an IPv4 address. */
export const nextHop: AttributeCodec<string> = {
  code: 3,
  name: 'NEXT_HOP',
  flags: wellKnown,
  malformed: 'treat-as-withdraw',
  decode: (value) => {
    if (value.length !== 4) return badLength(value, '4')
    const first = value[0]!
    if (first === 0 || first === 127 || first >= 224)
      return new Malformed(`is ${formatAddress(value)}, which no host can have`, UpdateError.invalidNextHop)
    return formatAddress(value)
  },
  encode: (value) => parseAddress(value).bytes,
}
