/** One instruction of classic BPF (`struct sock_filter`): code, jumps when true and false, operand. */
export type Instruction = readonly [code: number, whenTrue: number, whenFalse: number, operand: number]

/** A field of a frame and the values that are let in; `offset` counts from the Ethernet header on. */
export interface FieldFilter {
  readonly offset: number
  readonly size: 1 | 2 | 4
  readonly values: readonly number[]
}

const loads = { 1: 0x30, 2: 0x28, 4: 0x20 } as const
const JUMP_EQUAL = 0x15
const RETURN = 0x06
const WHOLE = 0x40000

/** The program that lets in what has one of the values in each of the fields. A frame that is too short is dropped. */
export function compileFilter(fields: readonly FieldFilter[]): Instruction[] {
  const code: Instruction[] = []
  let left = fields.reduce((sum, { values }) => sum + values.length + 1, 0)
  for (const { offset, size, values } of fields) {
    code.push([loads[size], 0, 0, offset])
    left -= 1
    for (const [i, value] of values.entries()) {
      left -= 1
      const last = i === values.length - 1
      // The drop stands one behind the end of all fields and the return.
      code.push([JUMP_EQUAL, values.length - 1 - i, last ? left + 1 : 0, value])
    }
  }
  return [...code, [RETURN, 0, 0, WHOLE], [RETURN, 0, 0, 0]]
}

/** As the kernel reads it. */
export function filterBytes(program: readonly Instruction[]): Uint8Array {
  const bytes = new Uint8Array(8 * program.length)
  const view = new DataView(bytes.buffer)
  for (const [i, [code, whenTrue, whenFalse, operand]] of program.entries()) {
    view.setUint16(8 * i, code, true)
    view.setUint8(8 * i + 2, whenTrue)
    view.setUint8(8 * i + 3, whenFalse)
    view.setUint32(8 * i + 4, operand, true)
  }
  return bytes
}
