import { BpfError } from '../errors.ts'

const HINT = 'run libbpf-ts gen on this object, or open the one that the skeleton was made from'

/** An object lacks what a skeleton was made for. */
export function missing(what: string, there: string): BpfError {
  return new BpfError('NOT_FOUND', 'skeleton', `${what} is not in the object, which has ${there}`, { hint: HINT })
}

/** An object has it in another shape. */
export function mismatch(what: string, problem: string): BpfError {
  return new BpfError('LAYOUT_MISMATCH', 'skeleton', `${what} ${problem}`, { hint: HINT })
}
