import { readPut } from '../cilium/record.ts'
import { diffConfigs } from '../config/diff.ts'
import { accepted } from '../source/accepted.ts'
import type { Accept, Declared, Occasion } from '../source/source.ts'
import type { Change } from './change.ts'
import type { ControllerParts } from './parts.ts'
import { refusalsAtStart, refusalsNow } from './refusals.ts'
import { tellChange, tellRefusal } from './report.ts'
import type { Rounds } from './rounds.ts'

/** The declared state: where it comes from, and how another takes its place. */
export class Declaration {
  readonly #parts: ControllerParts
  readonly #rounds: Rounds
  /** The text that was looked at last, be it refused. */
  #seen = ''

  constructor(parts: ControllerParts, rounds: Rounds) {
    this.#parts = parts
    this.#rounds = rounds
  }

  /** Carries out what was found. Throws where it is refused or cannot be carried out. */
  begin(found: Declared): void {
    const { source, paths, drainer } = this.#parts
    const put = readPut(paths)
    this.#seen = found.text
    const declared = accepted(source, found, (config) => refusalsAtStart(this.#parts, config, put))
    this.#rounds.begin({ declared, put, drains: drainer.current })
  }

  /** Reads the source again: all of it takes effect, or nothing and the errors are told, once. */
  reload(occasion: Occasion): void {
    const { source, log } = this.#parts
    try {
      const text = source.read()
      if (occasion === 'changed' && text === this.#seen) return
      this.#seen = text
      const declared = source.parse(text, this.#accept)
      tellChange('reloaded', this.#rounds.change({ ...this.#rounds.wanted, declared }), log)
    } catch (error) {
      tellRefusal(error, log)
    }
  }

  /** What a text would change. Changes nothing. Throws `ConfigError`. */
  propose(text: string, name?: string): Change & { readonly declared: Declared } {
    const declared = this.#parts.source.parse(text, this.#accept, name)
    return { declared, diff: diffConfigs(this.#rounds.wanted.declared.config, declared.config), done: [] }
  }

  /**
   * Makes a text the declared state, in the source and in the tables: both, or neither. It is stored first: who is killed
   * in between finds it there, and carries it out.
   */
  replace(text: string, name?: string): Change {
    const { declared } = this.propose(text, name)
    const restore = this.#parts.source.store(text)
    try {
      this.#seen = text
      const change = this.#rounds.change({ ...this.#rounds.wanted, declared })
      tellChange('applied', change, this.#parts.log)
      return change
    } catch (error) {
      restore()
      this.#seen = this.#rounds.wanted.declared.text
      throw error
    }
  }

  readonly #accept: Accept = (config) => {
    const { declared, put } = this.#rounds.wanted
    return refusalsNow(this.#parts, declared.config, config, put)
  }
}
