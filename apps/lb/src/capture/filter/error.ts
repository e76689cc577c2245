/** A filter that cannot be understood. The message shows the place. */
export class FilterError extends Error {
  override readonly name = 'FilterError'
  readonly code = 'INVALID_FILTER'
  /** From 0. */
  readonly offset: number

  constructor(text: string, offset: number, problem: string) {
    super(`filter: ${problem}\n  ${text}\n  ${' '.repeat(offset)}^`)
    this.offset = offset
  }
}
