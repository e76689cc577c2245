import { EventEmitter, once } from 'node:events'
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'

/** An object as the API has it. */
export interface RawObject {
  readonly metadata: {
    readonly name: string
    readonly namespace?: string
    readonly labels?: Record<string, string>
    resourceVersion?: string
  }
  readonly [key: string]: unknown
}

/** What happens to one request in place of an answer. */
export type Fault = (request: IncomingMessage, response: ServerResponse) => void

/** What a request was, for tests to look at. */
export interface Seen {
  readonly path: string
  readonly query: URLSearchParams
}

/** A small API server for lists and watches of one collection, which misbehaves on request. */
export class FakeApi implements AsyncDisposable {
  readonly events: EventEmitter = new EventEmitter()
  readonly seen: Seen[] = []
  /** Whether it can list on a watch. */
  canListOnWatch = true
  readonly #objects = new Map<string, RawObject>()
  readonly #history: { version: number; line: string }[] = []
  readonly #watches = new Set<ServerResponse>()
  readonly #faults: { which: 'list' | 'watch' | 'any'; fault: Fault }[] = []
  readonly #server: Server
  #version = 100
  #oldest = 0

  private constructor(server: Server) {
    this.#server = server
    server.on('request', (request: IncomingMessage, response: ServerResponse) => this.#answer(request, response))
  }

  static async start(port = 0): Promise<FakeApi> {
    const server = createServer({ keepAliveTimeout: 60_000 })
    const api = new FakeApi(server)
    await once(server.listen(port, '127.0.0.1'), 'listening')
    return api
  }

  get port(): number {
    return (this.#server.address() as AddressInfo).port
  }

  get url(): string {
    return `http://127.0.0.1:${this.port}`
  }

  get watches(): readonly ServerResponse[] {
    return [...this.#watches]
  }

  get version(): number {
    return this.#version
  }

  /** The next such request goes wrong, before any that is told later. */
  failNext(which: 'list' | 'watch' | 'any', fault: Fault): void {
    this.#faults.push({ which, fault })
  }

  put(object: RawObject): void {
    const key = keyOf(object)
    const type = this.#objects.has(key) ? 'MODIFIED' : 'ADDED'
    const stored = this.#stamped(object)
    this.#objects.set(key, stored)
    this.#tell(type, stored)
  }

  remove(name: string, namespace = 'default'): void {
    const object = this.#objects.get(`${namespace}/${name}`)!
    this.#objects.delete(`${namespace}/${name}`)
    this.#tell('DELETED', this.#stamped(object))
  }

  /** Changes that no open watch is told of. */
  silently(change: () => void): void {
    const open = [...this.#watches]
    this.#watches.clear()
    change()
    for (const watch of open) this.#watches.add(watch)
  }

  /** Versions before now are forgotten. */
  compact(): void {
    this.#oldest = this.#version
    this.#history.length = 0
  }

  bookmark(): void {
    for (const watch of this.#watches) watch.write(this.#bookmarkLine())
  }

  /** Writes to every open watch. */
  write(text: string | Uint8Array): void {
    for (const watch of this.#watches) watch.write(text)
  }

  /** Breaks every open watch. */
  breakWatches(how: 'reset' | 'end'): void {
    for (const watch of this.#watches) {
      if (how === 'end') watch.end()
      else watch.socket?.resetAndDestroy()
    }
    this.#watches.clear()
  }

  /** Resolves when so many watches are open. */
  async watched(many = 1): Promise<void> {
    while (this.#watches.size < many) await once(this.events, 'watch')
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#server.closeAllConnections()
    this.#server.close()
    await once(this.#server, 'close')
  }

  #stamped(object: RawObject): RawObject {
    return { ...object, metadata: { ...object.metadata, resourceVersion: String(++this.#version) } }
  }

  #tell(type: string, object: RawObject): void {
    const line = eventLine(type, object)
    this.#history.push({ version: this.#version, line })
    for (const watch of this.#watches) watch.write(line)
  }

  #bookmarkLine(annotations: Record<string, string> = {}): string {
    return eventLine('BOOKMARK', {
      metadata: { name: '', resourceVersion: String(this.#version), annotations } as never,
    })
  }

  #answer(request: IncomingMessage, response: ServerResponse): void {
    const { pathname, searchParams } = new URL(request.url!, this.url)
    const what = searchParams.has('watch') ? 'watch' : 'list'
    this.seen.push({ path: pathname, query: searchParams })
    this.events.emit('request', what)
    const next = this.#faults.findIndex(({ which }) => which === 'any' || which === what)
    if (next >= 0) this.#faults.splice(next, 1)[0]!.fault(request, response)
    else if (what === 'watch') this.#watch(searchParams, response)
    else this.#list(searchParams, response)
  }

  #list(query: URLSearchParams, response: ServerResponse): void {
    const all = [...this.#objects.values()]
    const [version, from] = query.get('continue')?.split(':').map(Number) ?? [this.#version, 0]
    if (version! < this.#oldest) return refuse(response, 410, 'The provided continue parameter is too old')
    const to = from! + Number(query.get('limit') ?? all.length)
    const metadata = {
      resourceVersion: String(version),
      ...(to < all.length && { continue: `${version}:${to}` }),
    }
    response.setHeader('content-type', 'application/json')
    response.end(JSON.stringify({ kind: 'List', metadata, items: all.slice(from, to) }))
  }

  #watch(query: URLSearchParams, response: ServerResponse): void {
    const initial = query.has('sendInitialEvents')
    if (initial && !this.canListOnWatch) return refuse(response, 422, 'sendInitialEvents is forbidden for watch')
    const from = Number(query.get('resourceVersion') ?? this.#version)
    response.writeHead(200, { 'content-type': 'application/json' }).flushHeaders()
    if (from < this.#oldest) {
      response.end(eventLine('ERROR', { code: 410, reason: 'Expired', message: 'too old resource version' } as never))
      return
    }
    if (initial) {
      for (const object of this.#objects.values()) response.write(eventLine('ADDED', object))
      response.write(this.#bookmarkLine({ 'k8s.io/initial-events-end': 'true' }))
    } else for (const { version, line } of this.#history) if (version > from) response.write(line)
    this.#watches.add(response)
    response.on('close', () => this.#watches.delete(response))
    this.events.emit('watch')
  }
}

export function eventLine(type: string, object: RawObject): string {
  return `${JSON.stringify({ type, object })}\n`
}

/** Answers with a `Status`. */
export function refuse(
  response: ServerResponse,
  code: number,
  message: string,
  headers: Record<string, string> = {},
): void {
  response.writeHead(code, { 'content-type': 'application/json', ...headers })
  response.end(JSON.stringify({ kind: 'Status', code, message }))
}

function keyOf({ metadata }: RawObject): string {
  return `${metadata.namespace ?? 'default'}/${metadata.name}`
}
