import type { Read } from '@skep/companion'
import { z } from 'zod'
import { address, number, word } from '../check/fields.ts'
import { type DesiredService, desiredSchema } from '../check/desired.ts'
import type { HealthRecord } from '../record.ts'
import type { SchedulerStats } from '../schedule/scheduler.ts'
import { release } from './release.ts'

/** What the control plane says. One JSON object a line. */
export type ToProcess =
  /** All that is wanted. `known`: what the process may have forgotten. */
  | {
      readonly type: 'desired'
      readonly generation: number
      readonly services: readonly DesiredService[]
      readonly known: readonly HealthRecord[]
    }
  | { readonly type: 'check'; readonly service: string; readonly address: string; readonly port: number }
  /** End. Understood by every version. */
  | { readonly type: 'stop' }

/** What the health process says. */
export type FromProcess =
  /** First on every connection, with all that is known. Its first two fields are understood by every version. */
  | {
      readonly type: 'hello'
      readonly release: string
      readonly pid: number
      readonly records: readonly HealthRecord[]
    }
  /** What is wanted is being checked. `records`: the backends that were new to it. */
  | { readonly type: 'applied'; readonly generation: number; readonly records: readonly HealthRecord[] }
  | { readonly type: 'records'; readonly records: readonly HealthRecord[] }
  /** For those who only watch: all that is known, after somebody else changed what is wanted. */
  | { readonly type: 'all'; readonly records: readonly HealthRecord[] }
  | { readonly type: 'stats'; readonly stats: SchedulerStats }
  /** A message was not understood, and nothing was done. */
  | { readonly type: 'refused'; readonly message: string }

const time = z.number()
const count = z.number().int().nonnegative()
const result = z.object({
  result: word(['pass', 'fail', 'none']),
  reason: z.string().max(1024),
  at: time,
  tookMs: time,
})
const state = z.object({
  status: word(['unknown', 'up', 'down']),
  since: time,
  initial: word(['up', 'down']),
  against: count,
  rampFrom: time.optional(),
  last: result.optional(),
})
const port = number('a port', 1, 65535)
const record = z.object({ service: z.string().max(253), address, port, state })
const records = z.array(record)

const toProcess: z.ZodType<ToProcess> = z.discriminatedUnion('type', [
  z.object({
    type: z.literal('desired'),
    generation: count,
    services: desiredSchema,
    known: records,
  }),
  z.object({ type: z.literal('check'), service: z.string(), address, port }),
  z.object({ type: z.literal('stop') }),
])

const fromProcess: z.ZodType<FromProcess> = z.discriminatedUnion('type', [
  z.object({ type: z.literal('hello'), release: z.string(), pid: count, records }),
  z.object({ type: z.literal('applied'), generation: count, records }),
  z.object({ type: z.literal('records'), records }),
  z.object({ type: z.literal('all'), records }),
  z.object({
    type: z.literal('stats'),
    stats: z.object({
      targets: count,
      inFlight: count,
      maxInFlight: count,
      waiting: count,
      started: count,
      skipped: count,
      worstLateMs: time,
    }),
  }),
  z.object({ type: z.literal('refused'), message: z.string() }),
])

export function readToProcess(line: string): Read<ToProcess> {
  return read(toProcess, line)
}

export function readFromProcess(line: string): Read<FromProcess> {
  const message = read(fromProcess, line)
  return 'wrong' in message ? (foreignHello(line) ?? message) : message
}

/** What another release knows may not be readable; that it is another release is. */
function foreignHello(line: string): Read<FromProcess> | undefined {
  const hello = read(z.object({ type: z.literal('hello'), release: z.string(), pid: count }), line)
  if ('wrong' in hello || hello.message.release === release) return undefined
  return { message: { ...hello.message, records: [] } }
}

export function write(message: ToProcess | FromProcess): string {
  return `${JSON.stringify(message)}\n`
}

function read<T>(schema: z.ZodType<T>, line: string): Read<T> {
  let value: unknown
  try {
    value = JSON.parse(line)
  } catch (error) {
    return { wrong: `not JSON: ${(error as Error).message}` }
  }
  const parsed = schema.safeParse(value)
  if (parsed.success) return { message: parsed.data }
  const [first, ...more] = parsed.error.issues
  const place = first!.path.length > 0 ? `${first!.path.join('.')}: ` : ''
  return { wrong: `${place}${first!.message}${more.length > 0 ? ` (and ${more.length} more)` : ''}` }
}
