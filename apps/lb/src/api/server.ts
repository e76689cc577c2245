import type { IncomingMessage, ServerResponse } from 'node:http'
import type { Socket } from 'node:net'
import type { OpenServer } from '@skep/control-socket'
import type { Logger } from '@skep/daemon'
import { listenOn } from './listen.ts'
import { HttpProblem, problemOf, type ProblemDetails } from './problem.ts'
import type { Answer, Route } from './route.ts'
import { readBody } from './body.ts'
import { findRoute, malformed, MethodProblem } from './router.ts'

/** A client that sends nothing, or does not read, is cut off after so long. */
const PATIENCE_MS = 30_000

/** Serves routes over HTTP/1.1 on a unix socket. Nothing that a client does throws here. */
export class ApiServer implements AsyncDisposable {
  #server: OpenServer | undefined
  readonly #routes: readonly Route[]
  readonly #log: Pick<Logger, 'error' | 'debug'>

  private constructor(routes: readonly Route[], log: Pick<Logger, 'error' | 'debug'>) {
    this.#routes = routes
    this.#log = log
  }

  /** Listens. Throws `LbError` where the socket cannot be had. */
  static async open(path: string, routes: readonly Route[], log: Pick<Logger, 'error' | 'debug'>): Promise<ApiServer> {
    const api = new ApiServer(routes, log)
    const open = await listenOn(path, (request, response) => void api.#serve(request, response), PATIENCE_MS)
    open.server.on('clientError', (error: NodeJS.ErrnoException, socket) => refuse(socket as Socket, error.code))
    api.#server = open
    return api
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#server?.[Symbol.asyncDispose]()
  }

  async #serve(request: IncomingMessage, response: ServerResponse): Promise<void> {
    response.on('error', () => response.destroy())
    const answer = await this.#answer(request)
    if (!request.complete) response.setHeader('connection', 'close')
    send(response, answer, request.method === 'HEAD')
    this.#log.debug({ method: request.method, url: request.url, status: answer.status }, 'answered')
  }

  async #answer(request: IncomingMessage): Promise<Answer> {
    try {
      const url = urlOf(request)
      const { route, params } = findRoute(this.#routes, request.method ?? 'GET', url.pathname)
      const body = await readBody(request)
      return await route.handle({ params, query: Object.fromEntries(url.searchParams), body, headers: request.headers })
    } catch (error) {
      return this.#refusal(error)
    }
  }

  #refusal(error: unknown): Answer {
    const problem = problemOf(error)
    if (problem.status === 500) this.#log.error({ err: error }, 'a request failed')
    const answer = asProblem(problem)
    return error instanceof MethodProblem ? { ...answer, headers: { allow: error.allowed.join(', ') } } : answer
  }
}

function urlOf({ url = '/' }: IncomingMessage): URL {
  try {
    return new URL(url, 'http://lb')
  } catch {
    throw new HttpProblem(400, `${JSON.stringify(url)} is not a path; write one like /v1/status`)
  }
}

/** Problem details (RFC 9457). */
function asProblem(problem: ProblemDetails): Answer {
  return { status: problem.status, body: problem, type: 'application/problem+json' }
}

function send(
  response: ServerResponse,
  { status, body, type = 'application/json', headers }: Answer,
  bare: boolean,
): void {
  if (body === undefined) {
    response.writeHead(status, { ...headers, 'content-length': '0' }).end()
    return
  }
  const text = typeof body === 'string' && !type.includes('json') ? body : `${JSON.stringify(body)}\n`
  const length = String(Buffer.byteLength(text))
  response.writeHead(status, {
    ...headers,
    'content-type': type,
    'content-length': length,
    'cache-control': 'no-store',
  })
  response.end(bare ? undefined : text)
}

/** What is no HTTP is answered all the same, so that people see what went wrong. */
function refuse(socket: Socket, code: string | undefined): void {
  if (code === 'ECONNRESET' || !socket.writable) return void socket.destroy()
  const problem = malformed(code)
  const text = JSON.stringify(problem)
  socket.end(
    `HTTP/1.1 ${problem.status} ${problem.title}\r\nconnection: close\r\ncontent-type: application/problem+json\r\ncontent-length: ${Buffer.byteLength(text)}\r\n\r\n${text}`,
  )
}
