import { writeSync } from 'node:fs'
import { isatty } from 'node:tty'
import { pino, type DestinationStream, type Logger } from 'pino'
import type { LogOptions } from './options.ts'
import { readable, type LogLine } from './readable.ts'

const STDERR = 2

/**
 * The log: one event a line on stderr. Each line has `level` (a word), `time` (ISO 8601), `instance` and `msg`; what it is
 * about stands in fields: `service`, `frontend`, `backend`, `device`, `table`, and `err` for an error.
 */
export function openLog(options: LogOptions, destination: DestinationStream = stderr(options)): Logger {
  return pino(
    {
      level: options.level,
      base: { instance: options.instance },
      formatters: { level: (label) => ({ level: label }) },
      timestamp: pino.stdTimeFunctions.isoTime,
    },
    destination,
  )
}

/** A destination that gives each line to `write` in words. */
export function textDestination(write: (line: string) => void): DestinationStream {
  return { write: (json) => write(`${readable(JSON.parse(json) as LogLine)}\n`) }
}

/** Written at once: what was said before a kill -9 is there. */
function stderr({ format = 'auto' }: LogOptions): DestinationStream {
  const words = format === 'text' || (format === 'auto' && isatty(STDERR))
  return words ? textDestination((line) => writeSync(STDERR, line)) : pino.destination({ fd: STDERR, sync: true })
}
