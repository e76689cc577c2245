import type { Accept, Declared, Source } from './source.ts'

/** What was read already, where nothing stands against it; else it is read again, for the places of what does. Throws `ConfigError`. */
export function accepted(source: Source, declared: Declared, accept: Accept): Declared {
  return accept(declared.config).length === 0 ? declared : source.parse(declared.text, accept)
}
