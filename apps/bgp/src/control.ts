import { chmodSync, mkdirSync, rmSync } from 'node:fs'
import type { IncomingMessage, ServerResponse } from 'node:http'
import { dirname } from 'node:path'
import { bgpMetrics, formatMetrics, type PeerStatus } from '@skep/bgp'
import { ConfigError } from '@skep/config-file'
import type { Daemon } from './daemon.ts'
import { http } from './http.ts'
import { toJson } from './json.ts'

const MOST_BYTES = 16 * 1024 * 1024

/** What runs. */
export interface Running {
  readonly daemon: Daemon
  /** How the peers are, with their paths. */
  readonly peers: () => PeerStatus[]
}

/** What a request is answered with. */
interface Answer {
  readonly status: number
  readonly type: string
  readonly body: string
}

/** Answers the commands that ask a running speaker, over HTTP on a Unix socket that only its user may open. */
export async function serve(running: Running, socket: string): Promise<AsyncDisposable> {
  mkdirSync(dirname(socket), { recursive: true })
  rmSync(socket, { force: true })
  const server = http.createServer((request, response) => void handle(running, request, response))
  const { promise, resolve, reject } = Promise.withResolvers<void>()
  server.once('error', reject)
  server.listen(socket, resolve)
  await promise
  chmodSync(socket, 0o600)
  return {
    [Symbol.asyncDispose]: async () => {
      server.closeAllConnections()
      await new Promise((done) => server.close(done))
    },
  }
}

async function handle(running: Running, request: IncomingMessage, response: ServerResponse): Promise<void> {
  const { status, type, body } = await answer(running, request)
  response.writeHead(status, { 'content-type': type }).end(body)
}

async function answer(running: Running, request: IncomingMessage): Promise<Answer> {
  try {
    const { pathname, searchParams } = new URL(request.url ?? '/', 'http://localhost')
    return await route(running, `${request.method} ${pathname}`, searchParams, request)
  } catch (error) {
    const problems = error instanceof ConfigError ? { problems: error.problems } : {}
    return json({ error: (error as Error).message, ...problems }, 400)
  }
}

async function route(
  { daemon, peers }: Running,
  what: string,
  query: URLSearchParams,
  request: IncomingMessage,
): Promise<Answer> {
  const { speaker } = daemon
  const name = query.get('peer')
  const prefix = query.get('prefix')
  switch (what) {
    case 'GET /peers':
      return json(peers())
    case 'GET /routes':
      return json(prefix === null ? [...speaker.explainAll()] : speaker.explain(prefix))
    case 'GET /received':
      return json(Object.values(speaker.received(name ?? '')).flat())
    case 'GET /metrics':
      return { status: 200, type: 'text/plain; version=0.0.4', body: formatMetrics(bgpMetrics(peers())) }
    case 'POST /diff':
      return json(daemon.diff(query.get('file') ?? 'configuration', await bodyOf(request)))
    default:
      return json({ error: `there is no ${what}` }, 404)
  }
}

function json(value: unknown, status = 200): Answer {
  return { status, type: 'application/json', body: toJson(value) }
}

async function bodyOf(request: IncomingMessage): Promise<string> {
  const chunks: Buffer[] = []
  let bytes = 0
  for await (const chunk of request as AsyncIterable<Buffer>) {
    bytes += chunk.length
    if (bytes > MOST_BYTES) throw new Error(`more than ${MOST_BYTES} bytes`)
    chunks.push(chunk)
  }
  return Buffer.concat(chunks).toString('utf8')
}
