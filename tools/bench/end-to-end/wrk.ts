/** What a load generator saw. Latencies in milliseconds, connecting included where each request connects. */
export interface LoadFigures {
  readonly requestsPerSecond: number
  readonly p50Ms: number
  readonly p99Ms: number
  /** Requests that failed, and connections that broke. */
  readonly errors: number
}

const units: Readonly<Record<string, number>> = { us: 0.001, ms: 1, s: 1000, m: 60_000 }

/** Reads what `wrk --latency` prints. Throws when it is not that. */
export function parseWrk(output: string): LoadFigures {
  const socketErrors = /Socket errors: connect (\d+), read (\d+), write (\d+), timeout (\d+)/.exec(output)
  const badStatus = Number(/Non-2xx or 3xx responses: (\d+)/.exec(output)?.[1] ?? 0)
  return {
    requestsPerSecond: Number(found(output, /Requests\/sec:\s*([\d.]+)/)[1]),
    p50Ms: percentile(output, 50),
    p99Ms: percentile(output, 99),
    errors: badStatus + (socketErrors?.slice(1).reduce((sum, count) => sum + Number(count), 0) ?? 0),
  }
}

function percentile(output: string, of: number): number {
  const [, value, unit = ''] = found(output, new RegExp(String.raw`^\s*${of}%\s+([\d.]+)([a-z]+)`, 'm'))
  const factor = units[unit]
  if (factor === undefined)
    throw new Error(`wrk: "${unit}" is no unit of time; known are ${Object.keys(units).join(', ')}`)
  return Number(value) * factor
}

function found(output: string, pattern: RegExp): RegExpExecArray {
  const match = pattern.exec(output)
  if (!match) throw new Error(`wrk printed no ${pattern.source}: ${output}`)
  return match
}
