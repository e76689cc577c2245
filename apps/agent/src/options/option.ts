/** One option of the agent, in Cilium's spelling: a flag, a file below `--config-dir`, an environment variable. */
export interface Option<T> {
  /** Where nothing is given. */
  readonly default: T
  /** One line for `--help`: what it does, its unit. */
  readonly about: string
  /** What it takes, as `--help` shows it: `snat|dsr|hybrid`, `duration`. */
  readonly takes: string
  /** Reads what was written. Throws `Refusal` with what is wrong and what would be right. */
  read(this: void, text: string): T
  /** As it would be written. */
  write(this: void, value: T): string
  /** Written without a value it means this (`--debug`). */
  readonly bare?: string
}

/** Options by name, one for each setting. */
export type Catalogue<Settings> = { readonly [Name in keyof Settings]: Option<Settings[Name]> }
