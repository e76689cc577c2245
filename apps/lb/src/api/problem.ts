import { z } from 'zod'
import { CiliumRefusal } from '../cilium/refused.ts'
import { ConfigError } from '@skep/config-file'
import { LbError, type LbErrorCode } from '@skep/lb-engine'

/** One thing wrong in what was sent. */
export interface ProblemEntry {
  /** Where: `query dryRun`, `body spec.mode`, `lb.yaml:12:7`. */
  readonly place: string
  readonly message: string
}

/** Problem details (RFC 9457). */
export interface ProblemDetails {
  readonly type: string
  readonly title: string
  readonly status: number
  /** What is wrong with which value, and what would be right. */
  readonly detail: string
  readonly errors?: readonly ProblemEntry[] | undefined
}

export const problemDetails: z.ZodType<ProblemDetails> = z.strictObject({
  type: z.string(),
  title: z.string(),
  status: z.int(),
  detail: z.string(),
  errors: z.array(z.strictObject({ place: z.string(), message: z.string() })).optional(),
})

/** What a request is answered with that cannot be done. */
export class HttpProblem extends Error {
  override readonly name = 'HttpProblem'
  readonly code = 'HTTP_PROBLEM'
  readonly status: number
  readonly errors: readonly ProblemEntry[]

  constructor(status: number, detail: string, errors: readonly ProblemEntry[] = []) {
    super(detail)
    this.status = status
    this.errors = errors
  }
}

const titles: Readonly<Record<number, string>> = {
  400: 'Bad request',
  404: 'Not found',
  405: 'Method not allowed',
  408: 'Request timeout',
  409: 'Conflict',
  412: 'Precondition failed',
  413: 'Content too large',
  422: 'Refused',
  431: 'Request header fields too large',
  460: 'Invalid frontend',
  461: 'Invalid backend',
  500: 'Failed',
  501: 'Refused',
  503: 'Not ready',
}

const statusOf: Partial<Readonly<Record<LbErrorCode, number>>> = {
  INVALID_OPTION: 400,
  NOT_FOUND: 404,
  CONFLICT: 409,
  READ_ONLY_SOURCE: 409,
}

/** What a client is told of an error. */
export function problemOf(error: unknown): ProblemDetails {
  if (error instanceof HttpProblem) return details(error.status, error.message, error.errors)
  if (error instanceof CiliumRefusal) return details(error.status, error.message)
  if (error instanceof LbError) return details(statusOf[error.code] ?? 500, error.message)
  if (error instanceof ConfigError)
    return details(422, 'the configuration is refused; nothing was changed', placesOf(error))
  return details(500, error instanceof Error ? error.message : String(error))
}

export function details(status: number, detail: string, errors: readonly ProblemEntry[] = []): ProblemDetails {
  const title = titles[status] ?? 'Failed'
  return { type: 'about:blank', title, status, detail, ...(errors.length > 0 ? { errors } : {}) }
}

function placesOf({ problems }: ConfigError): ProblemEntry[] {
  return problems.map(({ file, line, column, path, message }) => ({
    place: `${file}:${line}:${column}`,
    message: path === '' ? message : `${path}: ${message}`,
  }))
}
