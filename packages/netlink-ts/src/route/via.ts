import { formatAddress, parseAddress, tryParseAddress } from '@skep/packet'
import { address } from '../wire/codecs.ts'
import type { AttributeCodec } from '../wire/table.ts'
import { familyOf } from './families.ts'

/** `RTA_VIA`: a gateway of another family than the destination's, its family before its bytes. */
export const viaAddress: AttributeCodec<string> = {
  encode(to, value) {
    const gateway = parseAddress(value)
    to.u16(familyOf(gateway)).write(gateway.bytes)
  },
  decode(from) {
    const bytes = from.bytes().subarray(2)
    if (bytes.length === 4 || bytes.length === 16) return formatAddress(bytes)
    from.fail(`RTA_VIA has ${from.length} bytes, expected 6 or 18`)
    return ''
  },
  expects: (value) => address.expects?.(value),
}

/** The gateway as the attribute that takes it, by the destination's family (4 or 6). */
export function gateway(destination: 4 | 6, via: string | undefined): { gateway?: string; via?: string } {
  if (via === undefined) return {}
  return tryParseAddress(via)?.family === destination ? { gateway: via } : { via }
}
