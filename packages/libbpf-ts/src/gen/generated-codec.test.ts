import { describe, expect, test } from '@jest/globals'
import * as fc from 'fast-check'
import { inspectObject } from '../btf/inspect.ts'
import { codecFor } from '../codec-btf.ts'
import type { Codec } from '../codec.ts'
import {
  eventCodec,
  frontendCodec,
  limitsCodec,
  Outcome,
  sampleCodec,
  sampleOffsets,
  settingsCodec,
} from '../testing/gen.gen.ts'
import { testObject } from '../testing/objects.ts'
import { frontend, sample } from '../testing/samples.ts'

const { btf } = inspectObject(testObject('gen.bpf.o'))

function written<T>(codec: Codec<T>, value: T): Uint8Array {
  const bytes = new Uint8Array(codec.size).fill(0xee)
  codec.write(new DataView(bytes.buffer), 0, value)
  return bytes
}

function hex(bytes: Uint8Array): string {
  return Buffer.from(bytes).toString('hex')
}

function read<T>(codec: Codec<T>, bytes: Uint8Array): T {
  return codec.read(new DataView(bytes.buffer), 0)
}

describe('golden bytes (little-endian object)', () => {
  test('network order from typedef names, padding zeroed', () => {
    expect(hex(written(frontendCodec, frontend))).toBe('0a0000010000000200000003fffffffe01bb0600')
    expect(hex(written(limitsCodec, { burst: 0x01020304, weights: [1, 2, 0x0304], strict: true }))).toBe(
      '040302010100020004030100',
    )
  })

  test('every kind of field', () => {
    const words = sample.words.map((word) => `0000000000${hex(Uint8Array.of(Number(word >> 40n)))}0000`)
    expect(hex(written(sampleCodec, sample))).toBe(
      [
        ['fe', '00', 'feff', 'fd', '000000', '6079feff', '00000000', '1032547698badcfe', 'fbffffffffffffff'],
        ['1234', '000000000000', '0102030405060708', '44332211', '01', '61', '0000', '01000000'],
        ['0a000001', '00000002', '00000003', 'fffffffe', '01bb', '06', '00'],
        ['07000000', '010002000300', '01', '00', '08000000', '040005000600', '00', '00'],
        ['010002000300040005000600', '00000000'],
        words,
        ['736b657000000000', '020000000001', '0000', 'feca0000', '0400ffff', '09080706', '00000000'],
      ]
        .flat()
        .join(''),
    )
  })

  test('enums and strings', () => {
    const event = { at: 1n, outcome: Outcome.OUTCOME_LAST, device: 'veth0', address: new Uint8Array(6).fill(0xaa) }
    expect(hex(written(eventCodec, event))).toBe(
      ['0100000000000000', 'ffffffff', '76657468300000000000000000000000', 'aaaaaaaaaaaa', '000000000000'].join(''),
    )
  })
})

test('offsets are where the codec writes', () => {
  const bytes = written(sampleCodec, sample)
  const view = new DataView(bytes.buffer)
  expect(view.getUint16(sampleOffsets.be16)).toBe(sample.be16)
  expect(view.getUint32(sampleOffsets.innerValue, true)).toBe(sample.innerValue)
})

describe('what is written is read back', () => {
  test('from any offset of a view', () => {
    const bytes = new Uint8Array(sampleCodec.size + 13).fill(0xee)
    const view = new DataView(bytes.buffer, 5)
    sampleCodec.write(view, 8, sample)
    expect(sampleCodec.read(view, 8)).toEqual(sample)
    expect(bytes.subarray(0, 13)).toEqual(new Uint8Array(13).fill(0xee))
  })

  test('any bytes: the codec made at run time reads the same, and both write the same', () => {
    const pairs = (['sample', 'settings', 'event', 'limits', 'frontend'] as const).map((name) => {
      const generated = {
        sample: sampleCodec,
        settings: settingsCodec,
        event: eventCodec,
        limits: limitsCodec,
        frontend: frontendCodec,
      }
      return [generated[name], codecFor(btf, btf.find('struct', name) ?? 0)] as readonly [
        Codec<unknown>,
        Codec<unknown>,
      ]
    })
    for (const [generated, made] of pairs) {
      expect([made.size, made.align]).toEqual([generated.size, generated.align])
      const ascii = fc.uint8Array({ minLength: generated.size, maxLength: generated.size, max: 0x7f })
      fc.assert(
        fc.property(ascii, (bytes) => {
          // A full char array has no room for its NUL, which no string gives.
          if (generated === sampleCodec) bytes[sampleOffsets.name + 7] = 0
          if (generated === eventCodec) bytes[12 + 15] = 0
          const value = read(generated, bytes)
          expect(read(made, bytes)).toEqual(value)
          expect(hex(written(made, value))).toBe(hex(written(generated, value)))
          expect(read(generated, written(generated, value))).toEqual(value)
        }),
      )
    }
  })
})

describe('what does not fit is refused with its place', () => {
  test.each([
    ['an array', { ...sample, words: [1n] }, 'Sample.words: has 1 elements, must have 20'],
    ['an array in an array', { ...sample, matrix: [[1, 2, 3], [4]] }, 'Sample.matrix[1]: has 1 elements, must have 3'],
    ['bytes', { ...sample, mac: new Uint8Array(5) }, 'Sample.mac: has 5 bytes, must have 6'],
    ['a string', { ...sample, name: 'too long' }, 'Sample.name: "too long" has 8 bytes, at most 7 fit'],
    [
      'a nested struct',
      { ...sample, frontend: { ...frontend, address: [1] } },
      'Frontend.address: has 1 elements, must have 4',
    ],
  ])('%s', (_, value, problem) => expect(() => written(sampleCodec, value)).toThrow(new RangeError(problem)))
})
