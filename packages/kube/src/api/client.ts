import http, { type IncomingMessage } from 'node:http'
import https from 'node:https'
import { createGunzip } from 'node:zlib'
import { type Clock, hostClock } from '../clock.ts'
import type { Cluster } from '../cluster/cluster.ts'
import { KubeError } from '../error.ts'
import { Credentials, type TlsMaterial } from './credentials.ts'
import { refusalOf } from './refusal.ts'

export interface ApiRequest {
  /** What it is for, in messages: `list services`. */
  readonly operation: string
  readonly method?: 'GET' | 'POST' | 'PUT' | 'PATCH' | 'DELETE'
  readonly path: string
  readonly query?: Readonly<Record<string, string | number | boolean | undefined>>
  readonly body?: unknown
  /** Of the body. */
  readonly contentType?: string
  /** Whether the answer may come compressed. */
  readonly compressed?: boolean
  readonly signal?: AbortSignal
}

/** An answer as it comes. Each iteration gives the next bytes; leaving it closes the connection. */
export type ApiStream = AsyncIterable<Buffer>

export interface ApiClientOptions {
  readonly clock?: Clock
  /** How long to wait for an answer to begin, or to go on where it is a whole one. In milliseconds. */
  readonly timeoutMs?: number
  /** How this program calls itself. */
  readonly userAgent?: string
}

const LONGEST_ANSWER = 16 * 1024 * 1024
const LONGEST_REFUSAL = 64 * 1024

/** Requests to an API server, over connections that are kept. */
export class ApiClient implements Disposable {
  readonly cluster: Cluster
  readonly #timeoutMs: number
  readonly #userAgent: string
  readonly #credentials: Credentials
  /** By what their connections were made with; the last one is in use. */
  readonly #agents = new Map<TlsMaterial, http.Agent>()

  constructor(cluster: Cluster, { clock = hostClock, timeoutMs = 30_000, userAgent = 'skep' }: ApiClientOptions = {}) {
    this.cluster = cluster
    this.#timeoutMs = timeoutMs
    this.#userAgent = userAgent
    this.#credentials = new Credentials(cluster, clock)
  }

  /** Closes every connection. */
  [Symbol.dispose](): void {
    for (const agent of this.#agents.values()) agent.destroy()
  }

  /** The answer, whole. Throws a {@link KubeError}. */
  async json(request: ApiRequest): Promise<unknown> {
    const response = await this.#send(request)
    const body = await text(request.operation, response, LONGEST_ANSWER)
    try {
      return JSON.parse(body)
    } catch (cause) {
      throw new KubeError('MALFORMED', request.operation, `the answer is no JSON: ${body.slice(0, 60)}`, { cause })
    }
  }

  /** The answer as it comes. Throws a {@link KubeError}; one that breaks off throws in the iteration. */
  async stream(request: ApiRequest): Promise<ApiStream> {
    const response = await this.#send(request)
    // Once it has begun, how long silence may last is the reader's to say.
    response.socket.setTimeout(0)
    const gunzip = response.headers['content-encoding'] === 'gzip' ? createGunzip() : undefined
    if (gunzip) response.on('error', (error) => gunzip.destroy(error)).pipe(gunzip)
    return unbroken(request.operation, this.cluster.server, response, gunzip ?? response)
  }

  async #send(request: ApiRequest): Promise<IncomingMessage> {
    const response = await this.#retriedOnce(request)
    const status = response.statusCode ?? 0
    if (status >= 200 && status < 300) return response
    if (status === 401) this.#credentials.doubt()
    throw refusalOf(request.operation, response, await text(request.operation, response, LONGEST_REFUSAL))
  }

  /** A kept connection may have been closed at the other end just when it was used again. */
  async #retriedOnce(request: ApiRequest): Promise<IncomingMessage> {
    try {
      return await this.#attempt(request)
    } catch (error) {
      if (!(error instanceof StaleConnection)) throw error
      return this.#attempt(request)
    }
  }

  #attempt(request: ApiRequest): Promise<IncomingMessage> {
    const { operation, method = 'GET', body, signal } = request
    const url = urlOf(this.cluster.server, request)
    const payload = body === undefined ? undefined : JSON.stringify(body)
    const { promise, resolve, reject } = Promise.withResolvers<IncomingMessage>()
    const sent = (url.protocol === 'https:' ? https : http).request(url, {
      method,
      agent: this.#agentFor(url),
      headers: this.#headers(request, payload),
      timeout: this.#timeoutMs,
      ...(signal && { signal }),
    })
    const late = (): Error =>
      new KubeError('SILENT', operation, `${this.cluster.server} has not answered in ${this.#timeoutMs / 1000} s`)
    sent.on('timeout', () => sent.destroy(late()))
    sent.on('response', resolve)
    sent.on('error', (cause: NodeJS.ErrnoException) => {
      const stale = sent.reusedSocket && method === 'GET' && cause.code === 'ECONNRESET'
      reject(stale ? new StaleConnection() : broken(operation, this.cluster.server, cause))
    })
    sent.end(payload)
    return promise
  }

  #headers(
    { contentType = 'application/json', compressed }: ApiRequest,
    payload: string | undefined,
  ): http.OutgoingHttpHeaders {
    const { token } = this.#credentials
    return {
      accept: 'application/json',
      'user-agent': this.#userAgent,
      ...(token && { authorization: `Bearer ${token}` }),
      ...(compressed && { 'accept-encoding': 'gzip' }),
      ...(payload !== undefined && { 'content-type': contentType, 'content-length': Buffer.byteLength(payload) }),
    }
  }

  /** Connections with other certificates than before are new ones; those that are open go on. */
  #agentFor(url: URL): http.Agent {
    const { tls } = this.#credentials
    const known = this.#agents.get(tls)
    if (known) return known
    const kept = { keepAlive: true, keepAliveMsecs: 15_000 }
    const agent =
      url.protocol === 'http:' ? new http.Agent(kept) : new https.Agent({ ...kept, ...this.#tlsOptions(tls) })
    this.#agents.set(tls, agent)
    return agent
  }

  #tlsOptions({ ca, cert, key }: TlsMaterial): https.AgentOptions {
    const { tlsServerName, insecureSkipTlsVerify } = this.cluster
    return {
      ...(ca && { ca }),
      ...(cert && { cert }),
      ...(key && { key }),
      ...(tlsServerName && { servername: tlsServerName }),
      ...(insecureSkipTlsVerify && { rejectUnauthorized: false }),
    }
  }
}

class StaleConnection extends Error {}

function urlOf(server: string, { path, query = {} }: ApiRequest): URL {
  const url = new URL(`${server.replace(/\/+$/, '')}${path}`)
  for (const [key, value] of Object.entries(query)) if (value !== undefined) url.searchParams.set(key, String(value))
  return url
}

function broken(operation: string, server: string, cause: NodeJS.ErrnoException): KubeError {
  if (cause instanceof KubeError) return cause
  if (cause.name === 'AbortError') return new KubeError('CLOSED', operation, 'was given up', { cause })
  // With several addresses to try, the message is empty and the code says it.
  return new KubeError('UNREACHABLE', operation, `${server}: ${cause.message || (cause.code ?? cause.name)}`, { cause })
}

async function* unbroken(
  operation: string,
  server: string,
  response: IncomingMessage,
  bytes: AsyncIterable<unknown>,
): AsyncGenerator<Buffer> {
  try {
    for await (const chunk of bytes) yield chunk as Buffer
  } catch (cause) {
    throw broken(operation, server, cause as Error)
  } finally {
    if (!response.complete) response.destroy()
  }
}

async function text(operation: string, response: IncomingMessage, most: number): Promise<string> {
  const chunks: Buffer[] = []
  let length = 0
  try {
    for await (const chunk of response as AsyncIterable<Buffer>) {
      length += chunk.length
      if (length > most) throw new KubeError('MALFORMED', operation, `the answer is longer than ${most} bytes`)
      chunks.push(chunk)
    }
  } catch (cause) {
    throw broken(operation, 'the answer', cause as Error)
  }
  return Buffer.concat(chunks).toString()
}
