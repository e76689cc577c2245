/** One file of what is collected. */
export interface Item {
  readonly file: string
  /** What it is, for the index. */
  readonly about: string
  /** Its text. What cannot be had throws, and why stands in the index. */
  readonly read: () => string | Promise<string>
}

/** As JSON that people read, too; numbers beyond 2⁵³ as texts. */
export function pretty(value: unknown): string {
  return `${JSON.stringify(value, (_, one: unknown) => (typeof one === 'bigint' ? String(one) : one), 2)}\n`
}
