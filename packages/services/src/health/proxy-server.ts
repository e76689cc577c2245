import type { IncomingMessage, ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import { openServer, type OpenServer } from '@skep/control-socket'
import type { ProxyHealth, ProxyHealthAnswer } from './proxy-health.ts'

/** Where the proxy's health is served: `kube-proxy-replacement-healthz-bind-address`. */
export interface ProxyHealthServerOptions {
  readonly health: ProxyHealth
  /** All addresses when left out. */
  readonly host?: string
  /** kube-proxy's is 10256; 0 is any free one. */
  readonly port: number
}

/** `/healthz` and `/livez` as kube-proxy has them. */
export class ProxyHealthServer implements AsyncDisposable {
  readonly #open: OpenServer

  private constructor(open: OpenServer) {
    this.#open = open
  }

  /** Resolves once it listens. */
  static async open({ health, host, port }: ProxyHealthServerOptions): Promise<ProxyHealthServer> {
    const place = { port, ...(host !== undefined && { host }) }
    return new ProxyHealthServer(await openServer(place, (request, response) => answer(health, request, response)))
  }

  get port(): number {
    return (this.#open.server.address() as AddressInfo).port
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#open[Symbol.asyncDispose]()
  }
}

const paths: Readonly<Record<string, (health: ProxyHealth) => ProxyHealthAnswer>> = {
  '/healthz': (health) => health.healthz(),
  '/livez': (health) => health.livez(),
}

function answer(health: ProxyHealth, { url = '' }: IncomingMessage, response: ServerResponse): void {
  const found = paths[url.split('?', 1)[0]!]
  if (!found) {
    response.writeHead(404).end()
    return
  }
  const { status, ...body } = found(health)
  response.writeHead(status, { 'content-type': 'application/json', 'x-content-type-options': 'nosniff' })
  response.end(JSON.stringify(body))
}
