import { FormatError } from '../format-error.ts'
import type { BtfMember, BtfType } from './types.ts'

/** Structs that the kernel keeps for itself inside a map value; user space sees zeros and writes nothing. */
const KERNEL_OWNED = new Set([
  'bpf_spin_lock',
  'bpf_res_spin_lock',
  'bpf_timer',
  'bpf_wq',
  'bpf_task_work',
  'bpf_refcount',
  'bpf_list_head',
  'bpf_list_node',
  'bpf_rb_root',
  'bpf_rb_node',
])

const PADDING_NAME = /^(?:pad(?:ding)?\d*|_+pad\w*)$/

/** Whether a member has no place in TypeScript: padding by name, unnamed bits, and what is the kernel's own. */
export function isPadding(member: BtfMember, type: BtfType): boolean {
  if (PADDING_NAME.test(member.name)) return true
  if (member.name === '' && member.bitfieldBits > 0) return true
  return type.kind === 'struct' && KERNEL_OWNED.has(type.name)
}

/** Where a member begins. Errors: {@link FormatError} `UNSUPPORTED` for bitfields. */
export function byteOffset(member: BtfMember, at: string): number {
  const isBitfield = member.bitfieldBits > 0 || member.bitOffset % 8 !== 0
  if (!isBitfield) return member.bitOffset / 8
  if (PADDING_NAME.test(member.name) || member.name === '') return Math.floor(member.bitOffset / 8)
  throw new FormatError(
    'UNSUPPORTED',
    at,
    'is a bitfield; share whole bytes and mask them, or name it pad to leave it out',
  )
}

/** The error for a union. */
export function unionRefused(at: string): FormatError {
  return new FormatError(
    'UNSUPPORTED',
    at,
    'is a union, and nothing says which member holds; share a struct, or name it and tag it __attribute__((btf_decl_tag("bytes"))) to read it as bytes',
  )
}
