import { once } from 'node:events'
import { createServer, type Server, type ServerResponse } from 'node:http'
import type { Logger } from 'pino'
import type { Metrics } from './metrics.ts'
import { CONTENT_TYPE } from './render.ts'
import { parseListen } from './settings.ts'

/** A scraper that sends no request, or does not read the answer, is cut off after so long. */
const PATIENCE_MS = 10_000

/** Serves `/metrics` over TCP, where the configuration says. That it cannot be served never stops the traffic. */
export class MetricsServer implements AsyncDisposable {
  readonly #metrics: Pick<Metrics, 'text'>
  readonly #log: Pick<Logger, 'info' | 'error'>
  #server: Server | undefined
  #listen: string | undefined

  constructor(metrics: Pick<Metrics, 'text'>, log: Pick<Logger, 'info' | 'error'>) {
    this.#metrics = metrics
    this.#log = log
  }

  /** Listens there, and nowhere else any more; `undefined`: nowhere. What is listened on already stays. */
  async listen(listen: string | undefined): Promise<void> {
    if (listen === this.#listen) return
    await this.#close()
    const endpoint = listen === undefined ? undefined : parseListen(listen)
    if (endpoint === undefined) return
    try {
      this.#server = await this.#open(endpoint)
      this.#listen = listen
      this.#log.info({ listen }, 'metrics served')
    } catch (error) {
      const next = 'free it, or change spec.metrics.listen and reload; traffic goes on'
      this.#log.error({ listen, err: error }, `metrics cannot be served: ${(error as Error).message}; ${next}`)
    }
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#close()
  }

  async #open(endpoint: { host: string; port: number }): Promise<Server> {
    const server = createServer({ requestTimeout: PATIENCE_MS, headersTimeout: PATIENCE_MS }, (request, response) => {
      response.setTimeout(PATIENCE_MS, () => response.destroy())
      void this.#answer(request.method, request.url, response)
    })
    server.maxConnections = 64
    server.listen(endpoint)
    await once(server, 'listening')
    return server
  }

  async #answer(method: string | undefined, url: string | undefined, response: ServerResponse): Promise<void> {
    if (url?.split('?')[0] !== '/metrics') return end(response, 404, 'metrics are at /metrics\n')
    if (method !== 'GET' && method !== 'HEAD') return end(response, 405, 'use GET\n')
    try {
      end(response, 200, await this.#metrics.text(), CONTENT_TYPE)
    } catch (error) {
      this.#log.error({ err: error }, 'metrics cannot be read')
      end(response, 500, `metrics cannot be read: ${(error as Error).message}\n`)
    }
  }

  async #close(): Promise<void> {
    const server = this.#server
    this.#server = undefined
    this.#listen = undefined
    if (server === undefined) return
    const closed = once(server, 'close')
    server.close()
    server.closeAllConnections()
    await closed
  }
}

function end(response: ServerResponse, status: number, text: string, type = 'text/plain; charset=utf-8'): void {
  response.writeHead(status, { 'content-type': type }).end(text)
}
