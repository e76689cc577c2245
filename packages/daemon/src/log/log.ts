import { writeSync } from 'node:fs'
import { isatty } from 'node:tty'
import { pino, type DestinationStream, type Logger } from 'pino'
import type { LogOptions } from './options.ts'
import { readable, type LogLine } from './readable.ts'

/**
 * The log: one event a line. Each line has `level` (a word), `time` (ISO 8601), `msg`, and what all lines are about; what
 * this one is about stands in fields: `service`, `frontend`, `backend`, `device`, `table`, and `err` for an error.
 */
export function openLog(options: LogOptions, destination: DestinationStream = destinationOf(options)): Logger {
  return pino(
    {
      level: options.level,
      base: { ...options.about },
      formatters: { level: (label) => ({ level: label }) },
      timestamp: pino.stdTimeFunctions.isoTime,
    },
    destination,
  )
}

/** A destination that gives each line to `write` in words. */
export function textDestination(write: (line: string) => void, about: LogOptions['about'] = {}): DestinationStream {
  const known = Object.keys(about)
  return { write: (json) => write(`${readable(JSON.parse(json) as LogLine, known)}\n`) }
}

/** Written at once: what was said before a kill -9 is there. */
function destinationOf({ format = 'auto', fd = 2, about }: LogOptions): DestinationStream {
  const words = format === 'text' || (format === 'auto' && isatty(fd))
  return words ? textDestination((line) => writeSync(fd, line), about) : pino.destination({ fd, sync: true })
}
