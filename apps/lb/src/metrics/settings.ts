import { tryParseAddress } from '@skep/packet'
import { z } from 'zod'
import { integer, show, strict } from '@skep/config-file'
import { DEFAULT_SERIES_BUDGET } from './metrics.ts'

/** `spec.metrics`. */
export interface MetricsSettings {
  /** `127.0.0.1:9090`, `[::1]:9090`; nothing: only over the API's socket. */
  readonly listen?: string | undefined
  readonly seriesBudget: number
}

/** Where a server listens. */
export interface Endpoint {
  readonly host: string
  readonly port: number
}

/** Reads `127.0.0.1:9090` or `[::1]:9090`; `undefined` for anything else. */
export function parseListen(text: string): Endpoint | undefined {
  const match = /^(?:\[([^\]]+)\]|([^:[\]]+)):(\d{1,5})$/.exec(text)
  const [host, port] = [match?.[1] ?? match?.[2] ?? '', Number(match?.[3])]
  const family = match?.[1] === undefined ? 4 : 6
  if (tryParseAddress(host)?.family !== family) return undefined
  return port >= 1 && port <= 65535 ? { host, port } : undefined
}

const listen: z.ZodType<string> = z.unknown().transform((value, context) => {
  if (typeof value === 'string' && parseListen(value) !== undefined) return value
  const message = `${show(value)} is not an address and port; write one like 127.0.0.1:9090 or "[::1]:9090"`
  context.issues.push({ code: 'custom', message, input: value })
  return z.NEVER
})

/** Fewer would not hold what an instance has once: verdicts, capacities, devices. */
const LEAST_BUDGET = 500

export const metricsSchema: z.ZodType<MetricsSettings> = strict<MetricsSettings>('the metrics section', {
  listen: listen.optional(),
  seriesBudget: integer('a number of series', LEAST_BUDGET, 1_000_000).default(DEFAULT_SERIES_BUDGET),
})
