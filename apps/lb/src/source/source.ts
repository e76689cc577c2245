import type { Config } from '../config/config.ts'
import type { Finding } from '@skep/config-file'

/** What the running state has against a configuration that is otherwise valid. */
export type Accept = (config: Config) => readonly Finding[]

/** What makes a source be read again. */
export type Occasion = 'asked' | 'changed'

/** The desired state as somebody wrote it, and what it says. */
export interface Declared {
  readonly text: string
  readonly config: Config
}

/** Where the desired state comes from. */
export interface Source {
  /** For messages: the path of a file, say. */
  readonly name: string
  /** The text as it is now. Throws `ConfigError` where it cannot be read. */
  read(): string
  /** What a text says, valid as a whole. Throws `ConfigError`, which lists everything wrong; `name` says where. */
  parse(text: string, accept: Accept, name?: string): Declared
  /** Makes a text the desired state for good; undone by what it returns. Throws where the source cannot be written. */
  store(text: string): () => void
  /** Calls back when the desired state may have changed, until the signal aborts. */
  watch(listener: SourceListener, signal: AbortSignal): void
}

export interface SourceListener {
  readonly onChange: (occasion: Occasion) => void
  /** Changes will not be seen, and why. */
  readonly onError: (message: string) => void
}
