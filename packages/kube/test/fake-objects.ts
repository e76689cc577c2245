import { once } from 'node:events'
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import { json } from 'node:stream/consumers'
import { refuse } from './fake-api.ts'

interface Stored {
  metadata: { name: string; resourceVersion: string }
  spec?: Record<string, unknown>
  status?: Record<string, unknown>
  [key: string]: unknown
}

/** A small API server for single objects: they are made, read, replaced and patched, with conflicts by their version. */
export class FakeObjects implements AsyncDisposable {
  readonly objects = new Map<string, Stored>()
  readonly requests: string[] = []
  /** `down`: connections are reset. `hanging`: nothing is answered. */
  state: 'up' | 'down' | 'hanging' = 'up'
  /** Called before each request is answered. */
  before: (request: IncomingMessage) => void = () => undefined
  readonly #server: Server
  #version = 1

  private constructor(server: Server) {
    this.#server = server
    server.on('request', (request: IncomingMessage, response: ServerResponse) => void this.#answer(request, response))
  }

  static async start(): Promise<FakeObjects> {
    const server = createServer()
    const api = new FakeObjects(server)
    await once(server.listen(0, '127.0.0.1'), 'listening')
    return api
  }

  get url(): string {
    return `http://127.0.0.1:${(this.#server.address() as AddressInfo).port}`
  }

  put(path: string, object: Record<string, unknown>): void {
    const metadata = { name: path.split('/').at(-1)!, resourceVersion: String(this.#version++) }
    this.objects.set(path, { ...object, metadata })
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#server.closeAllConnections()
    this.#server.close()
    await once(this.#server, 'close')
  }

  async #answer(request: IncomingMessage, response: ServerResponse): Promise<void> {
    if (this.state === 'down') return void response.socket!.resetAndDestroy()
    if (this.state === 'hanging') return
    const { pathname } = new URL(request.url!, this.url)
    const body = request.method === 'GET' ? {} : ((await json(request)) as Record<string, unknown>)
    this.requests.push(`${request.method} ${pathname}`)
    this.before(request)
    const path = pathname.replace(/\/status$/, '')
    const answer = this.#store(request.method!, path, body)
    if (typeof answer === 'number') refuse(response, answer, `${request.method} ${pathname}`)
    else response.writeHead(200, { 'content-type': 'application/json' }).end(JSON.stringify(answer))
  }

  #store(method: string, path: string, body: Record<string, unknown>): Stored | number {
    const sent = body as Partial<Stored>
    const key = method === 'POST' ? `${path}/${sent.metadata!.name}` : path
    const known = this.objects.get(key)
    if (method === 'GET') return known ?? 404
    if (method === 'POST' && known) return 409
    if (method !== 'POST' && !known) return 404
    const version = sent.metadata?.resourceVersion
    if (version !== undefined && version !== known?.metadata.resourceVersion) return 409
    this.put(key, method === 'PATCH' ? { ...known, ...body, status: { ...known?.status, ...sent.status } } : body)
    return this.objects.get(key)!
  }
}
