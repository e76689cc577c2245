interface Suppressed {
  readonly error: unknown
  readonly suppressed: unknown
}

/**
 * What a test threw, when disposing of a resource threw as well: of the two, `using` shows neither. The first error is
 * returned, with the other's message behind its own.
 */
export function explainSuppressed(thrown: unknown): unknown {
  if (!isSuppressed(thrown)) return thrown
  const first = explainSuppressed(thrown.suppressed)
  const second = explainSuppressed(thrown.error)
  if (!isError(first)) return isError(second) ? second : thrown
  const added = `\n\nand then, on disposal: ${isError(second) ? second.message : String(second)}`
  const { message } = first
  first.message = message + added
  first.stack = (first.stack ?? '').replace(message, () => message + added)
  return first
}

/** By its name: it is of another realm than this one. */
function isSuppressed(thrown: unknown): thrown is Suppressed {
  return isError(thrown) && thrown.name === 'SuppressedError' && 'suppressed' in thrown
}

function isError(value: unknown): value is Error {
  return typeof value === 'object' && value !== null && 'message' in value
}
