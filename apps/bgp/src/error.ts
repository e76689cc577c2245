/** What the operator did that cannot be: one line that says so, and what would be right. */
export class UsageError extends Error {
  override readonly name = 'UsageError'
  readonly code = 'USAGE'
}
