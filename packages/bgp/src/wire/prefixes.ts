import { type Cidr, cidrNetwork, formatIpv4, formatIpv6 } from '@skep/packet'
import { ErrorKind, UpdateError } from './codes.ts'
import { WireError } from './error.ts'
import { type Family, widthOf } from './family.ts'

/** How many bytes hold a prefix of so many bits. */
export function prefixBytes(bits: number): number {
  return (bits + 7) >>> 3
}

/** Called with each prefix: its bytes begin at `offset`, `bits` long; bits past those are not to be looked at. */
export type PrefixVisitor = (bytes: Uint8Array, offset: number, bits: number) => void

/** Prefixes as messages have them: a length in bits, then as many bytes as it takes. Not copied. */
export class PrefixList {
  readonly family: Family
  readonly bytes: Uint8Array
  readonly count: number

  private constructor(family: Family, bytes: Uint8Array, count: number) {
    this.family = family
    this.bytes = bytes
    this.count = count
  }

  /** Checks all lengths. Throws {@link WireError}: without them the message cannot be understood, so the session ends. */
  static decode(family: Family, bytes: Uint8Array): PrefixList {
    const width = widthOf(family)
    let count = 0
    for (let at = 0; at < bytes.length; count++) {
      const bits = bytes[at]!
      if (bits > width) throw invalidNetwork(`a prefix length of ${bits} in ${family}, where ${width} is most`)
      at += 1 + prefixBytes(bits)
      if (at > bytes.length) throw invalidNetwork(`a prefix of ${bits} bits reaches past the end of its list`)
    }
    return new PrefixList(family, bytes, count)
  }

  static of(family: Family, prefixes: Iterable<Cidr>): PrefixList {
    const parts = [...prefixes].map(encodePrefix)
    const bytes = new Uint8Array(parts.reduce((sum, { length }) => sum + length, 0))
    let at = 0
    for (const part of parts) {
      bytes.set(part, at)
      at += part.length
    }
    return PrefixList.decode(family, bytes)
  }

  forEach(visit: PrefixVisitor): void {
    const { bytes } = this
    for (let at = 0; at < bytes.length;) {
      const bits = bytes[at]!
      visit(bytes, at + 1, bits)
      at += 1 + prefixBytes(bits)
    }
  }

  /** Like `10.0.0.0/24`, host bits cleared. */
  texts(): string[] {
    const texts: string[] = []
    this.forEach((bytes, offset, bits) => texts.push(formatPrefix(this.family, bytes, offset, bits)))
    return texts
  }
}

/** A prefix as messages have it, host bits cleared. */
export function encodePrefix(cidr: Cidr): Uint8Array {
  const length = prefixBytes(cidr.prefix)
  const bytes = new Uint8Array(1 + length)
  bytes[0] = cidr.prefix
  bytes.set(cidrNetwork(cidr).bytes.subarray(0, length), 1)
  return bytes
}

/** Text of the prefix whose bytes begin at `offset`. */
export function formatPrefix(family: Family, bytes: Uint8Array, offset: number, bits: number): string {
  const address = new Uint8Array(widthOf(family) / 8)
  const length = prefixBytes(bits)
  address.set(bytes.subarray(offset, offset + length))
  if ((bits & 7) !== 0) address[length - 1]! &= 0xff00 >>> (bits & 7)
  const text = family === 'ipv4' ? formatIpv4(new DataView(address.buffer).getUint32(0)) : formatIpv6(address)
  return `${text}/${bits}`
}

function invalidNetwork(message: string): WireError {
  return new WireError('UPDATE', message, { code: ErrorKind.update, subcode: UpdateError.invalidNetwork })
}
