import type { Config } from '../config/config.ts'

/** Where the desired state comes from. */
export interface Source {
  /** For messages: the path of a file, say. */
  readonly name: string
  /** The desired state as it is now, valid as a whole. Throws `ConfigError`, which lists everything wrong. */
  load(): Config
  /** Calls back when the desired state may have changed, until the signal aborts. */
  watch(onChange: () => void, signal: AbortSignal): void
}
