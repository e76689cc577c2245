import { chmodSync, mkdirSync, rmSync } from 'node:fs'
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http'
import { dirname } from 'node:path'
import { ask } from './ask.ts'
import { ControlError } from './error.ts'

/** A Unix socket, or an address and port. */
export type Place = { readonly socket: string } | { readonly host?: string; readonly port: number }

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

/**
 * Answers over HTTP until it is disposed of. A Unix socket is its user's alone; one that a killed process left behind is
 * taken over. Throws {@link ControlError} IN_USE where somebody answers already.
 */
export async function serve(place: Place, handler: Handler): Promise<AsyncDisposable> {
  if ('socket' in place) await takeOver(place.socket)
  const server = createServer((request, response) => void respond(handler, request, response))
  await listen(server, place)
  return { [Symbol.asyncDispose]: () => close(server) }
}

async function takeOver(socket: string): Promise<void> {
  mkdirSync(dirname(socket), { recursive: true, mode: 0o755 })
  if (await isAnswered(socket)) throw new ControlError('IN_USE', `another process answers on ${socket}; end it first`)
  rmSync(socket, { force: true })
}

async function isAnswered(socket: string): Promise<boolean> {
  try {
    await ask(socket, '/')
    return true
  } catch (error) {
    if (error instanceof ControlError) return false
    throw error
  }
}

async function listen(server: Server, place: Place): Promise<void> {
  const { promise, resolve, reject } = Promise.withResolvers<void>()
  server.once('error', reject)
  if ('socket' in place) server.listen(place.socket, resolve)
  else server.listen(place.port, place.host, resolve)
  await promise
  if ('socket' in place) chmodSync(place.socket, 0o600)
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

async function close(server: Server): Promise<void> {
  server.closeAllConnections()
  await new Promise((done) => server.close(done))
}
