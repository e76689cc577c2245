import { expect, describe, test } from '@jest/globals'
import * as fc from 'fast-check'
import { findSection, parseElf } from '../elf/elf.ts'
import { FormatError } from '../format-error.ts'
import { generate } from '../gen/generate.ts'
import { testObject } from '../testing/objects.ts'
import { inspectObject } from './inspect.ts'

const bytes = testObject('gen.bpf.o')
const object = inspectObject(bytes)

test('maps with types, sizes, entries and flags', () => {
  const { btf } = object
  expect(object.maps.find(({ name }) => name === 'limits')).toEqual({
    name: 'limits',
    type: 2,
    key: btf.find('typedef', '__u32'),
    value: btf.find('struct', 'limits'),
    keySize: 4,
    valueSize: 12,
    maxEntries: 16,
    flags: 1024,
    pinning: 0,
    private: false,
    doc: [],
  })
})

test('maps that say only sizes, and maps of maps', () => {
  expect(object.maps.find(({ name }) => name === 'untyped')).toMatchObject({ keySize: 6, valueSize: 3 })
  expect(object.maps.find(({ name }) => name === 'tables')).toMatchObject({
    type: 13,
    valueSize: 4,
    inner: { type: 2, maxEntries: 1, valueSize: 2 },
  })
  expect(object.maps.find(({ name }) => name === 'stages')).not.toHaveProperty('inner')
})

test('programs with their sections', () => {
  expect(object.programs).toEqual([
    { name: 'count_packet', section: 'xdp' },
    { name: 'emit_event', section: 'tc' },
  ])
})

test('variables with place, bytes and whether the verifier reads them', () => {
  expect(object.variables.find(({ name }) => name === 'sample_rate')).toMatchObject({
    section: '.rodata',
    size: 4,
    volatile: true,
    doc: ['One of so many packets; 0 is none.'],
    initial: Uint8Array.of(100, 0, 0, 0),
  })
  expect(object.variables.find(({ name }) => name === 'own_addresses')).toMatchObject({ size: 8, volatile: true })
  expect(object.variables.find(({ name }) => name === 'exported_event')).toMatchObject({
    section: '.export',
    volatile: false,
  })
})

describe('objects that it cannot use', () => {
  test('another machine', () => {
    const other = bytes.slice()
    other[18] = 62
    expect(() => inspectObject(other)).toThrow('is for machine 62, not BPF (247); compile with -target bpf')
  })

  test('no BTF', () => {
    const other = bytes.slice()
    const at = Buffer.from(other).indexOf('.BTF\0')
    other[at + 1] = 0x58
    expect(() => inspectObject(other)).toThrow('has no BTF; compile with clang -g')
  })
})

test('fuzz: an object with changed bytes gives a module or a FormatError, in finite time', () => {
  const change = fc.tuple(fc.nat(bytes.length - 1), fc.nat(255))
  fc.assert(
    fc.property(fc.array(change, { minLength: 1, maxLength: 12 }), (changes) => {
      const copy = bytes.slice()
      for (const [at, value] of changes) copy[at] = value
      try {
        generate(copy, { objectFile: 'gen.bpf.o', objectPath: './gen.bpf.o' })
      } catch (error) {
        if (!(error instanceof FormatError)) throw error
      }
    }),
  )
})

test('fuzz: changes inside the BTF section alone reach deeper', () => {
  const section = findSection(parseElf(bytes), '.BTF')?.data ?? new Uint8Array(0)
  const [start, size] = [section.byteOffset - bytes.byteOffset, section.byteLength]
  const change = fc.tuple(fc.nat(size - 1), fc.nat(255))
  fc.assert(
    fc.property(fc.array(change, { minLength: 1, maxLength: 4 }), (changes) => {
      const copy = bytes.slice()
      for (const [at, value] of changes) copy[start + at] = value
      try {
        generate(copy, { objectFile: 'gen.bpf.o', objectPath: './gen.bpf.o' })
      } catch (error) {
        if (!(error instanceof FormatError)) throw error
      }
    }),
  )
})
