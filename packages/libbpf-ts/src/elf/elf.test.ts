import { describe, expect, test } from '@jest/globals'
import * as fc from 'fast-check'
import { FormatError } from '../format-error.ts'
import { testObject } from '../testing/objects.ts'
import { EM_BPF, findSection, parseElf, STT_FUNC } from './elf.ts'

const object = testObject('gen.bpf.o')

function errorOf(bytes: Uint8Array): FormatError {
  try {
    parseElf(bytes, 'x.bpf.o')
  } catch (error) {
    if (error instanceof FormatError) return error
    throw error
  }
  throw new Error('was accepted')
}

function changed(at: number, ...values: number[]): Uint8Array {
  const copy = object.slice()
  copy.set(values, at)
  return copy
}

describe('a compiled object', () => {
  const elf = parseElf(object)

  test('says machine and byte order', () => {
    expect(elf.machine).toBe(EM_BPF)
    expect(elf.littleEndian).toBe(true)
  })

  test('has its sections with their bytes', () => {
    expect(elf.sections.map(({ name }) => name)).toEqual(
      expect.arrayContaining(['xdp', 'tc', '.maps', '.rodata', '.BTF']),
    )
    expect(new TextDecoder().decode(findSection(elf, 'license')?.data)).toBe('Dual BSD/GPL\0')
    expect(findSection(elf, 'absent')).toBeUndefined()
  })

  test('has its symbols, each in its section', () => {
    const program = elf.symbols.find(({ name }) => name === 'count_packet')
    expect(program?.type).toBe(STT_FUNC)
    expect(elf.sections[program?.section ?? 0]?.name).toBe('xdp')
    expect(program?.size).toBe(elf.sections[program?.section ?? 0]?.size)
  })
})

describe('what is not such an object is refused with its place', () => {
  test.each([
    ['nothing', new Uint8Array(0), 'MALFORMED', 'is not an ELF file'],
    ['text', new TextEncoder().encode('#include <linux/bpf.h>'), 'MALFORMED', 'is not an ELF file'],
    ['a 32-bit file', changed(4, 1), 'UNSUPPORTED', 'ELF class 1'],
    ['no known byte order', changed(5, 3), 'MALFORMED', 'byte order 3'],
    ['only a magic number', object.slice(0, 6), 'TRUNCATED', 'an ELF header has 64 bytes, the file 6'],
    ['half of it', object.slice(0, object.length / 2), 'TRUNCATED', 'needs'],
    ['odd section headers', changed(58, 40), 'MALFORMED', 'section headers of 40 bytes'],
    ['a section table beyond all files', changed(47, 0xff), 'MALFORMED', 'is absurd'],
    ['names in a section that is not there', changed(62, 0x70, 0), 'TRUNCATED', 'section headers'],
  ])('%s', (_, bytes, code, problem) => {
    const error = errorOf(bytes)
    expect(error.code).toBe(code)
    expect(error.message).toMatch(/^x\.bpf\.o/)
    expect(error.message).toContain(problem)
  })
})

describe('hostile files are read or refused, never more', () => {
  function readOrRefuse(bytes: Uint8Array): void {
    try {
      parseElf(bytes)
    } catch (error) {
      expect(error).toBeInstanceOf(FormatError)
    }
  }

  test('any bytes behind the magic number', () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 512 }), (rest) => {
        readOrRefuse(Uint8Array.of(0x7f, 0x45, 0x4c, 0x46, 2, 1, ...rest))
      }),
    )
  })

  test('a real object with a few bytes changed', () => {
    const change = fc.tuple(fc.nat(object.length - 1), fc.nat(255))
    fc.assert(
      fc.property(fc.array(change, { minLength: 1, maxLength: 8 }), (changes) => {
        const copy = object.slice()
        for (const [at, value] of changes) copy[at] = value
        readOrRefuse(copy)
      }),
    )
  })

  test('a real object cut anywhere', () => {
    fc.assert(
      fc.property(fc.nat(object.length - 1), (length) => expect(errorOf(object.slice(0, length)).code).toBeTruthy()),
    )
  })
})
