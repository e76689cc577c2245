/** One eBPF instruction. */
export interface Instruction {
  readonly code: number
  readonly destination?: number
  readonly source?: number
  readonly offset?: number
  readonly immediate?: number
}

const SIZE = 8

/** Machine code, as BPF_PROG_LOAD takes it. */
export function assemble(instructions: readonly Instruction[]): Uint8Array {
  const view = new DataView(new ArrayBuffer(SIZE * instructions.length))
  instructions.forEach(({ code, destination = 0, source = 0, offset = 0, immediate = 0 }, index) => {
    view.setUint8(index * SIZE, code)
    view.setUint8(index * SIZE + 1, destination | (source << 4))
    view.setInt16(index * SIZE + 2, offset, true)
    view.setInt32(index * SIZE + 4, immediate, true)
  })
  return new Uint8Array(view.buffer)
}

const MOVE_IMMEDIATE = 0xb7
const ADD_IMMEDIATE = 0x07
const JUMP_LESS = 0xa5
const EXIT = 0x95
const CALL = 0x85
const STORE_IMMEDIATE = 0x7a
const ATOMIC_64 = 0xdb
const LOAD_IMMEDIATE_64 = 0x18
const MAP_VALUE = 2
const FRAME = 10
const COMPARE_EXCHANGE = 0xf1

/** `return value` */
export function returning(value: number): Instruction[] {
  return [{ code: MOVE_IMMEDIATE, immediate: value }, { code: EXIT }]
}

/** Calls a helper, without arguments worth the name. */
export function calling(helper: number): Instruction[] {
  return [{ code: CALL, immediate: helper }, ...returning(0)]
}

/** Ten times round. */
export const LOOP: readonly Instruction[] = [
  { code: MOVE_IMMEDIATE },
  { code: ADD_IMMEDIATE, immediate: 1 },
  { code: JUMP_LESS, offset: -2, immediate: 10 },
  { code: EXIT },
]

/** More instructions than the 4096 that programs could have before 5.2. */
export const LONG: readonly Instruction[] = [
  ...Array.from({ length: 4100 }, () => ({ code: MOVE_IMMEDIATE })),
  { code: EXIT },
]

/** `__sync_val_compare_and_swap()` on the stack. */
export const COMPARE_AND_SWAP: readonly Instruction[] = [
  { code: STORE_IMMEDIATE, destination: FRAME, offset: -8 },
  { code: MOVE_IMMEDIATE },
  { code: MOVE_IMMEDIATE, destination: 1, immediate: 1 },
  { code: ATOMIC_64, destination: FRAME, source: 1, offset: -8, immediate: COMPARE_EXCHANGE },
  ...returning(0),
]

/** Reads the address of a map's value: how programs reach global variables. */
export function globalVariable(mapFd: number): Instruction[] {
  const load = { code: LOAD_IMMEDIATE_64, destination: 1, source: MAP_VALUE, immediate: mapFd }
  return [load, { code: 0 }, ...returning(0)]
}
