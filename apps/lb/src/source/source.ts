import type { Config } from '../config/config.ts'
import type { Finding } from '../config/problem.ts'

/** What the running state has against a configuration that is otherwise valid. */
export type Accept = (config: Config) => readonly Finding[]

/** Where the desired state comes from. */
export interface Source {
  /** For messages: the path of a file, say. */
  readonly name: string
  /** The desired state as it is now, valid as a whole. Throws `ConfigError`, which lists everything wrong. */
  load(accept: Accept): Config
  /** Calls back when the desired state may have changed, until the signal aborts. */
  watch(onChange: () => void, signal: AbortSignal): void
}
