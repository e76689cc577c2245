import type { Btf } from '../btf/btf.ts'
import { BYTE_ORDERS } from '../btf/byte-order.ts'
import type { BtfMember, BtfType } from '../btf/types.ts'

const MAX_DEPTH = 16

/**
 * A type as one line that is equal for equal layouts: fields by name and offset, integers by width, sign and byte
 * order. Names of structs and typedefs are left out, except those that say the byte order.
 */
export function typeText(btf: Btf, id: number, depth = 0): string {
  if (depth > MAX_DEPTH) return '…'
  const { type } = btf.resolve(id)
  const order = [...btf.chain(id)].map((link) => link.type.name).find((name) => BYTE_ORDERS.has(name))
  return order ?? text(btf, type, depth + 1)
}

function text(btf: Btf, type: BtfType, depth: number): string {
  switch (type.kind) {
    case 'int':
      return type.bool ? 'bool' : `${type.signed ? 's' : 'u'}${type.size * 8}`
    case 'enum':
      return `${type.signed ? 's' : 'u'}${type.size * 8}`
    case 'array':
      return `${typeText(btf, type.type, depth)}[${type.length}]`
    case 'struct':
    case 'union':
      return `${type.kind} { ${type.members.map((member) => memberText(btf, member, depth)).join('; ')} }`
    default:
      return type.kind
  }
}

function memberText(btf: Btf, { name, type, bitOffset, bitfieldBits }: BtfMember, depth: number): string {
  const place = bitfieldBits > 0 ? `bit ${bitOffset}, ${bitfieldBits} wide` : `${bitOffset / 8}`
  return `${name}: ${typeText(btf, type, depth)} @${place}`
}
