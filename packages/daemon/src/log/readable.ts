import { inspect } from 'node:util'

/** A line of the log as pino writes it. */
export interface LogLine {
  readonly level: string
  readonly time: string
  readonly msg?: string
  readonly [field: string]: unknown
}

/** What a person reads of a line: `12:00:01 warn  device attached  device=eth0 mode=generic`. `known`: fields that say the same in each line. */
export function readable(line: LogLine, known: readonly string[] = []): string {
  const { level, time, msg = '', ...fields } = line
  const clock = time.slice(11, 19)
  const told = Object.entries(fields).filter(([name]) => !known.includes(name))
  const shown = told.map(([name, value]) => `${name}=${text(value)}`)
  return [clock, level.padEnd(5), msg, ...(shown.length > 0 ? ['', ...shown] : [])].join(' ')
}

/** Words stand as they are; an error is its message. What would break the line is quoted. */
function text(value: unknown): string {
  if (isError(value)) return text(value.message)
  if (typeof value === 'string') return /^[^\s"=\p{C}]+$/u.test(value) ? value : JSON.stringify(value)
  if (typeof value !== 'object' || value === null) return String(value)
  return inspect(value, { breakLength: Infinity, depth: 4, compact: true })
}

function isError(value: unknown): value is { message: string } {
  return typeof value === 'object' && value !== null && 'message' in value && 'stack' in value
}
