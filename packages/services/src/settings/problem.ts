/** Something in an object that cannot be used as it is; the rest of the object is. */
export interface Problem {
  /** Where in the object, like `spec.externalIPs[0]`. */
  readonly path: string
  /** What stands there, what becomes of it and what would be right. */
  readonly message: string
}

/** The path of an annotation. */
export function annotationPath(key: string): string {
  return `metadata.annotations[${JSON.stringify(key)}]`
}
