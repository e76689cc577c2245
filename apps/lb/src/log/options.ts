export const LOG_LEVELS = ['debug', 'info', 'warn', 'error'] as const
export const LOG_FORMATS = ['auto', 'json', 'text'] as const

/** How the log is written. */
export interface LogOptions {
  readonly level: (typeof LOG_LEVELS)[number]
  /** `auto`: text for a terminal, else JSON. */
  readonly format?: (typeof LOG_FORMATS)[number]
  readonly instance: string
}
