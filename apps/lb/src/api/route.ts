import { z } from 'zod'
import { HttpProblem, type ProblemEntry } from './problem.ts'

/** What is sent back. */
export interface Answer {
  readonly status: number
  /** JSON, or text where `type` says so. Left out: no body. */
  readonly body?: unknown
  readonly type?: string
  readonly headers?: Readonly<Record<string, string>>
}

/** What an answer may be, for the description. */
export interface AnswerSpec {
  readonly description: string
  /** Left out: no body. */
  readonly schema?: z.ZodType
  /** `application/json` where it is left out. */
  readonly type?: string
}

/** What a request may carry, for the description. */
export interface BodySpec {
  /** Of its schema in the description. */
  readonly name: string
  readonly description: string
  readonly types: readonly string[]
  readonly schema: z.ZodType
}

export type Method = 'GET' | 'PUT' | 'DELETE'

export interface RawRequest {
  readonly params: Readonly<Record<string, string>>
  readonly query: Readonly<Record<string, string>>
  /** The text; empty where there is none. */
  readonly body: string
  readonly headers: Readonly<Record<string, string | string[] | undefined>>
}

/** One path and method of the API. */
export interface Route {
  readonly method: Method
  /** `/v1/services/{service}` */
  readonly path: string
  readonly summary: string
  readonly params: z.ZodType
  readonly query: z.ZodType
  readonly body?: BodySpec
  readonly answers: Readonly<Record<number, AnswerSpec>>
  handle(request: RawRequest): Answer | Promise<Answer>
}

export interface RouteSpec<P, Q> extends Omit<Route, 'params' | 'query' | 'handle'> {
  readonly params?: z.ZodType<P>
  readonly query?: z.ZodType<Q>
  readonly handle: (request: {
    params: P
    query: Q
    body: string
    headers: RawRequest['headers']
  }) => Answer | Promise<Answer>
}

const nothing = z.strictObject({})

/** A route whose handler gets what its schemas read. */
export function route<P = object, Q = object>(spec: RouteSpec<P, Q>): Route {
  const params = spec.params ?? (nothing as unknown as z.ZodType<P>)
  const query = spec.query ?? (nothing as unknown as z.ZodType<Q>)
  return {
    ...spec,
    params,
    query,
    handle: (request) =>
      spec.handle({
        ...request,
        params: read(params, request.params, 'path', 404),
        query: read(query, request.query, 'query', 400),
      }),
  }
}

/** Reads a value that a client sent. Throws {@link HttpProblem} with everything wrong in it. */
export function read<T>(schema: z.ZodType<T>, value: unknown, where: string, status = 400): T {
  const parsed = schema.safeParse(value)
  if (parsed.success) return parsed.data
  const errors = parsed.error.issues.map((issue): ProblemEntry => {
    const place = [where, issue.path.map(String).join('.')].filter((part) => part !== '').join(' ')
    return { place, message: issue.message }
  })
  throw new HttpProblem(status, errors.map(({ place, message }) => `${place}: ${message}`).join('; '), errors)
}

/** The JSON of a body, by its schema. */
export function readJson<T>(schema: z.ZodType<T>, body: string): T {
  let value: unknown
  try {
    value = JSON.parse(body)
  } catch (error) {
    throw new HttpProblem(400, `the body is not JSON: ${(error as Error).message}`)
  }
  return read(schema, value, 'body')
}

/** A value that is sent as JSON. */
export function ok(body: unknown, headers: Answer['headers'] = {}): Answer {
  return { status: 200, body, headers }
}
