import type { IncomingMessage, ServerResponse } from 'node:http'
import { type Limits, openServer, type Place } from './server.ts'

/** What somebody asks. */
export interface Question {
  /** `GET /status`. */
  readonly what: string
  readonly query: URLSearchParams
  /** What was sent with it. Throws past `MOST_BYTES`. */
  readonly body: () => Promise<string>
}

export interface Answer {
  readonly status: number
  readonly type: string
  readonly body: string
}

/** Answers one question; `undefined`: there is no such thing. What it throws is the asker's fault: 400, with the message. */
export type Handler = (question: Question) => Answer | undefined | Promise<Answer | undefined>

/** 16 MiB. */
const MOST_BYTES = 16 * 1024 * 1024

export function json(value: unknown, status = 200): Answer {
  return { status, type: 'application/json', body: JSON.stringify(value) }
}

export function text(body: string, type = 'text/plain; charset=utf-8', status = 200): Answer {
  return { status, type, body }
}

/** Answers over HTTP until it is disposed of. Throws as {@link openServer} does. */
export function serve(place: Place, handler: Handler, limits: Limits = {}): Promise<AsyncDisposable> {
  return openServer(place, (request, response) => void respond(handler, request, response), limits)
}

async function respond(handler: Handler, request: IncomingMessage, response: ServerResponse): Promise<void> {
  const { status, type, body } = await answer(handler, request)
  response.writeHead(status, { 'content-type': type }).end(body)
}

async function answer(handler: Handler, request: IncomingMessage): Promise<Answer> {
  try {
    const { pathname, searchParams } = new URL(request.url ?? '/', 'http://localhost')
    const what = `${request.method} ${pathname}`
    const given = await handler({ what, query: searchParams, body: () => bodyOf(request) })
    return given ?? json({ error: `there is no ${what}` }, 404)
  } catch (error) {
    return json({ error: (error as Error).message }, 400)
  }
}

async function bodyOf(request: IncomingMessage): Promise<string> {
  const chunks: Buffer[] = []
  let bytes = 0
  for await (const chunk of request as AsyncIterable<Buffer>) {
    bytes += chunk.length
    if (bytes > MOST_BYTES) throw new Error(`more than ${MOST_BYTES} bytes were sent`)
    chunks.push(chunk)
  }
  return Buffer.concat(chunks).toString('utf8')
}
