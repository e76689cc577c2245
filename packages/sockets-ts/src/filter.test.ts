import { expect, test } from '@jest/globals'
import * as fc from 'fast-check'
import { compileFilter, type FieldFilter, filterBytes, type Instruction } from './filter.ts'

/** A second reader: runs the instructions as the kernel does. True: the frame is let in. */
function run(program: readonly Instruction[], frame: Uint8Array): boolean {
  const view = new DataView(frame.buffer, frame.byteOffset, frame.length)
  let value = 0
  for (let at = 0; ; at++) {
    const [code, whenTrue, whenFalse, operand] = program[at]!
    if (code === 0x06) return operand !== 0
    if (code === 0x15) {
      at += value === operand ? whenTrue : whenFalse
      continue
    }
    const size = { 0x30: 1, 0x28: 2, 0x20: 4 }[code]!
    if (operand + size > frame.length) return false
    value = size === 1 ? view.getUint8(operand) : size === 2 ? view.getUint16(operand) : view.getUint32(operand)
  }
}

function matches(fields: readonly FieldFilter[], frame: Uint8Array): boolean {
  return fields.every(({ offset, size, values }) => {
    if (offset + size > frame.length) return false
    const value = frame.slice(offset, offset + size).reduce((all, byte) => all * 256 + byte, 0)
    return values.includes(value)
  })
}

// Few values and short frames, so that fields match often.
const field = fc
  .record({ offset: fc.nat(6), size: fc.constantFrom(1 as const, 2 as const, 4 as const) })
  .chain(({ offset, size }) =>
    fc
      .array(fc.integer({ min: 0, max: 1 }), { minLength: 1, maxLength: 3 })
      .map((values) => ({ offset, size, values })),
  )
const frame = fc.uint8Array({ max: 1, maxLength: 10 })

test('the program lets in exactly what has one of the values in each field', () => {
  fc.assert(
    fc.property(fc.array(field, { minLength: 1, maxLength: 4 }), frame, (fields, bytes) => {
      expect(run(compileFilter(fields), bytes)).toBe(matches(fields, bytes))
    }),
  )
})

test('instructions as the kernel has them', () => {
  const program = compileFilter([
    { offset: 20, size: 1, values: [58] },
    { offset: 54, size: 1, values: [135] },
  ])
  expect(program).toEqual([
    [0x30, 0, 0, 20],
    [0x15, 0, 3, 58],
    [0x30, 0, 0, 54],
    [0x15, 0, 1, 135],
    [0x06, 0, 0, 0x40000],
    [0x06, 0, 0, 0],
  ])
  expect(Buffer.from(filterBytes(program.slice(1, 2))).toString('hex')).toBe('150000033a000000')
})
