import type { IncomingMessage } from 'node:http'
import { KubeError } from '../error.ts'

/** What a `Status` object of the API says. */
interface Status {
  readonly message?: unknown
  readonly reason?: unknown
  readonly code?: unknown
  readonly details?: {
    readonly retryAfterSeconds?: unknown
    readonly causes?: readonly ({ readonly reason?: unknown } | null)[] | null
  } | null
}

const MOST_WAIT_MS = 300_000

/** What to do about it, where that is not clear from what the API server says. */
const advice: Readonly<Record<number, string>> = {
  401: 'give a token or a certificate that this API server knows',
  403: 'allow it by a ClusterRole',
  404: 'this API server does not have it',
}

/** The error of an HTTP response that is none of success. */
export function refusalOf(operation: string, response: IncomingMessage, body: string): KubeError {
  const status = response.statusCode ?? 0
  return refused(operation, status, parsed(body), retryAfter(response.headers['retry-after']))
}

/** The error of a `Status` object in the middle of a stream. */
export function refusalIn(operation: string, object: unknown): KubeError {
  const status = (typeof object === 'object' && object !== null ? object : {}) as Status
  return refused(operation, typeof status.code === 'number' ? status.code : 0, status, undefined)
}

function refused(operation: string, code: number, status: Status, retryAfterMs: number | undefined): KubeError {
  const said = typeof status.message === 'string' && status.message !== '' ? status.message : 'no reason given'
  const hint = advice[code] === undefined ? '' : `; ${advice[code]}`
  const seconds = status.details?.retryAfterSeconds
  const wait = retryAfterMs ?? (typeof seconds === 'number' && seconds > 0 ? seconds * 1000 : undefined)
  return new KubeError(
    code === 410 || isExpired(status) ? 'EXPIRED' : 'REFUSED',
    operation,
    `${code} ${said.slice(0, 1000)}${hint}`,
    {
      status: code,
      retryAfterMs: wait === undefined ? undefined : Math.min(wait, MOST_WAIT_MS),
    },
  )
}

/** Whether a version is of no use: too old, or newer than what there is, as after etcd was restored from a backup. */
function isExpired({ reason, details }: Status): boolean {
  const causes = Array.isArray(details?.causes) ? details.causes : []
  const restored = causes.some((cause) => cause?.reason === 'ResourceVersionTooLarge')
  return restored || reason === 'Expired' || reason === 'Gone'
}

/** In seconds, or as a date. */
function retryAfter(header: string | undefined): number | undefined {
  if (header === undefined) return undefined
  const ms = /^\d+$/.test(header) ? Number(header) * 1000 : Date.parse(header) - Date.now()
  return Number.isFinite(ms) && ms > 0 ? ms : undefined
}

function parsed(body: string): Status {
  try {
    const value: unknown = JSON.parse(body)
    return typeof value === 'object' && value !== null ? value : {}
  } catch {
    return { message: body.trim().slice(0, 200) }
  }
}
