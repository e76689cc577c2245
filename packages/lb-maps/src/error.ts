/** Something that stands in the way, with the place it was found at. */
export interface Problem {
  /** Where in the input, like `services[3].backends[0].port`. */
  readonly path: string
  /** The value, what is wrong with it and what would be right. */
  readonly message: string
}

export type LbMapsErrorCode =
  /** The input is refused as a whole; `problems` lists everything that is wrong with it. */
  | 'INVALID'
  /** The maps do not look like the ones this package writes. */
  | 'LAYOUT'
  /** The maps were filled with another hash key. */
  | 'HASH_KEY'

/** Thrown by this package. The message is one line; what it is made of stands in `problems`. */
export class LbMapsError extends Error {
  override readonly name = 'LbMapsError'
  readonly code: LbMapsErrorCode
  readonly operation: string
  readonly problems: readonly Problem[]

  constructor(code: LbMapsErrorCode, operation: string, message: string, problems: readonly Problem[] = []) {
    super(`${operation}: ${message}`)
    this.code = code
    this.operation = operation
    this.problems = problems
  }
}

/** One error for a list of problems: the first is in the message, all are in `problems`. */
export function invalid(operation: string, problems: readonly Problem[]): LbMapsError {
  const [first, ...rest] = problems
  const more = rest.length > 0 ? ` (and ${rest.length} more)` : ''
  return new LbMapsError('INVALID', operation, `${first?.path}: ${first?.message}${more}`, problems)
}
