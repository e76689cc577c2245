import type { Service } from '@skep/lb-maps'
import type { EngineSettings } from './settings.ts'

/** What an instance is to be: its settings, and what it serves. */
export interface EngineModel extends EngineSettings {
  /** Each with frontends of one family. */
  readonly services: readonly Service[]
}
