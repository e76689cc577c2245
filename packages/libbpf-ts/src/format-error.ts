/** Why an object file, its BTF or a type in it was refused. */
export type FormatErrorCode = 'TRUNCATED' | 'MALFORMED' | 'UNSUPPORTED'

/** An object file that cannot be read, or a type that has no form in TypeScript. `place` says where in it. */
export class FormatError extends Error {
  override readonly name = 'FormatError'
  readonly code: FormatErrorCode
  readonly place: string
  /** What else was refused, where one look found several. */
  readonly others: FormatError[] = []

  constructor(code: FormatErrorCode, place: string, problem: string, options?: ErrorOptions) {
    super(`${place}: ${problem}`, options)
    this.code = code
    this.place = place
  }
}

/** Makes all; when some are `UNSUPPORTED`, throws the first of these errors, which has the others. */
export function eachOrAll<T, R>(items: readonly T[], make: (item: T, index: number) => R): R[] {
  const errors: FormatError[] = []
  const made = items.flatMap((item, index) => {
    try {
      return [make(item, index)]
    } catch (error) {
      if (!(error instanceof FormatError) || error.code !== 'UNSUPPORTED') throw error
      errors.push(error, ...error.others.splice(0))
      return []
    }
  })
  const [first, ...others] = errors
  if (first === undefined) return made
  first.others.push(...others)
  throw first
}
