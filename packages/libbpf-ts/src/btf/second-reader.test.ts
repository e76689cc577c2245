import { readFileSync } from 'node:fs'
import { expect, test } from '@jest/globals'
import { findSection, parseElf } from '../elf/elf.ts'
import { bpftool, describeWith } from '../testing/needs.ts'
import { testObject, testObjectPath } from '../testing/objects.ts'
import { parseBtf } from './parse.ts'
import type { BtfType } from './types.ts'

const KINDS: Partial<Record<BtfType['kind'], string>> = {
  pointer: 'PTR',
  forward: 'FWD',
  function: 'FUNC',
  function_prototype: 'FUNC_PROTO',
  variable: 'VAR',
  section: 'DATASEC',
}

/** A type as `bpftool btf dump -j` prints it, without what this package does not keep. */
function asBpftool(type: BtfType, id: number): Record<string, unknown> {
  const wide = type.kind === 'enum' && type.size === 8
  return {
    id,
    kind: wide ? 'ENUM64' : (KINDS[type.kind] ?? type.kind.toUpperCase()),
    name: type.name || '(anon)',
    ...details(type),
  }
}

function details(type: BtfType): object {
  switch (type.kind) {
    case 'int': {
      const encoding = type.signed ? 'SIGNED' : type.bool ? 'BOOL' : '(none)'
      return { size: type.size, bits_offset: type.bitOffset, nr_bits: type.bits, encoding }
    }
    case 'array':
      return { type_id: type.type, nr_elems: type.length }
    case 'struct':
    case 'union':
      return { size: type.size, vlen: type.members.length, members: type.members.map(member) }
    case 'enum': {
      const values = type.values.map(({ name, value }) => ({
        name,
        val: type.size === 8 ? Number(value) : extended(value),
      }))
      return { encoding: type.signed ? 'SIGNED' : 'UNSIGNED', size: type.size, vlen: values.length, values }
    }
    case 'forward':
      return { fwd_kind: type.union ? 'union' : 'struct' }
    case 'function':
    case 'variable':
      return { type_id: type.type, linkage: type.linkage }
    case 'function_prototype':
      return { ret_type_id: type.type, vlen: type.parameters.length, params: type.parameters.map(parameter) }
    case 'section':
      return { size: type.size, vlen: type.variables.length, vars: type.variables.map(entry) }
    case 'decl_tag':
      return { type_id: type.type, component_idx: type.component }
    case 'float':
      return { size: type.size }
    case 'void':
      return {}
    default:
      return { type_id: type.type }
  }
}

/** bpftool 7.1 prints a 32-bit unsigned enumerator sign-extended to 64 bits in JSON (its plain text is right). */
function extended(value: bigint): number {
  return value < 0n ? Number(value) : Number(BigInt.asUintN(64, BigInt.asIntN(32, value)))
}

function member({
  name,
  type,
  bitOffset,
  bitfieldBits,
}: {
  name: string
  type: number
  bitOffset: number
  bitfieldBits: number
}): object {
  const offset = { name: name || '(anon)', type_id: type, bits_offset: bitOffset }
  return bitfieldBits > 0 ? { ...offset, bitfield_size: bitfieldBits } : offset
}

function parameter({ name, type }: { name: string; type: number }): object {
  return { name: name || '(anon)', type_id: type }
}

function entry({ type, offset, size }: { type: number; offset: number; size: number }): object {
  return { type_id: type, offset, size }
}

/** Values of 32 bits, which bpftool writes with their sign in 64, where JSON's numbers round them. */
function asCut(type: Record<string, unknown>): object[] {
  const values = type['values'] as { name: string; val: number }[]
  return values.map(({ name, val }) => ({ name, val: val > Number.MAX_SAFE_INTEGER ? expect.any(Number) : val }))
}

function compare(bytes: Uint8Array, file: string): number {
  const { types } = bpftool('btf', 'dump', 'file', file) as { types: Record<string, unknown>[] }
  const ours = parseBtf(bytes).types.map(asBpftool).slice(1)
  expect(ours).toHaveLength(types.length)
  for (const [index, type] of types.entries()) {
    delete type['index_type_id']
    // Before there were wide ones, a wide enum's values were cut: Linux 5.10's own.
    if (type['kind'] === 'ENUM' && type['size'] === 8) Object.assign(type, { kind: 'ENUM64', values: asCut(type) })
    if (JSON.stringify(ours[index]) !== JSON.stringify(type)) expect(ours[index]).toEqual(type)
  }
  return types.length
}

describeWith(['bpftool'], 'bpftool btf dump says the same', () => {
  test('of the test object', () => {
    const section = findSection(parseElf(testObject('gen.bpf.o')), '.BTF')
    expect(compare(section?.data ?? new Uint8Array(0), testObjectPath('gen.bpf.o'))).toBeGreaterThan(100)
  })
})

describeWith(['bpftool', 'kernelBtf'], 'bpftool btf dump says the same of the kernel itself', () => {
  test('all of its types', () => {
    const vmlinux = '/sys/kernel/btf/vmlinux'
    expect(compare(readFileSync(vmlinux), vmlinux)).toBeGreaterThan(10_000)
  })
})
