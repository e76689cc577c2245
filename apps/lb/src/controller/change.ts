/** What a change did, in words. */
export interface Change {
  /** What differs in what is asked for, a line each; empty: nothing does. */
  readonly diff: readonly string[]
  /** What was done for it, a line each; empty where nothing was carried out. */
  readonly done: readonly string[]
}
