import { BpfError } from '../errors.ts'

/** The code of the error that `fn` throws; undefined when it throws none. */
export function codeOf(fn: () => unknown): string | undefined {
  return errorOf(fn)?.code
}

/** The error that `fn` throws. Any other error goes through. */
export function errorOf(fn: () => unknown): BpfError | undefined {
  try {
    fn()
    return undefined
  } catch (error) {
    if (error instanceof BpfError) return error
    throw error
  }
}
