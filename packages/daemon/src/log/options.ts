export const LOG_LEVELS = ['debug', 'info', 'warn', 'error'] as const
export const LOG_FORMATS = ['auto', 'json', 'text'] as const

export type LogLevel = (typeof LOG_LEVELS)[number]
export type LogFormat = (typeof LOG_FORMATS)[number]

/** How the log is written. */
export interface LogOptions {
  readonly level: LogLevel
  /** `auto`, the default: text for a terminal, else JSON. */
  readonly format?: LogFormat
  /** What each line has beside the event, like the instance. */
  readonly about?: Readonly<Record<string, string>>
  /** 2, stderr, by default. */
  readonly fd?: 1 | 2
}
