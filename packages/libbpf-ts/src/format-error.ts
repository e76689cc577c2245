/** Why an object file, its BTF or a type in it was refused. */
export type FormatErrorCode = 'TRUNCATED' | 'MALFORMED' | 'UNSUPPORTED'

/** An object file that cannot be read, or a type that has no form in TypeScript. `place` says where in it. */
export class FormatError extends Error {
  override readonly name = 'FormatError'
  readonly code: FormatErrorCode
  readonly place: string

  constructor(code: FormatErrorCode, place: string, problem: string, options?: ErrorOptions) {
    super(`${place}: ${problem}`, options)
    this.code = code
    this.place = place
  }
}
