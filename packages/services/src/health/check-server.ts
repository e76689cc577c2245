import type { ServerResponse } from 'node:http'
import { openServer, type OpenServer } from '@skep/control-socket'
import type { HealthCheck } from '../compile/draft.ts'

/** A cloud's load balancer asks from many places at once. */
const MOST_PROBERS = 1024

/** What health-check ports are opened with. */
export interface HealthCheckOptions {
  /** Own addresses to listen on; all when left out. */
  readonly addresses?: readonly string[]
  /** Does this node's proxy keep up (`ProxyHealth.isHealthy`)? */
  readonly isProxyHealthy: () => boolean
}

/** A port that could not be opened; the next `sync` tries again. */
export interface HealthCheckFailure {
  /** `namespace/name`. */
  readonly service: string
  readonly port: number
  readonly cause: Error
}

interface Open {
  readonly port: number
  servers: readonly OpenServer[]
  localEndpoints: number
}

/**
 * Answers load balancers that ask at a service's `healthCheckNodePort` whether this node has ready endpoints: 200 or 503,
 * with the body and headers of kube-proxy.
 */
export class HealthCheckServer implements AsyncDisposable {
  readonly #options: HealthCheckOptions
  readonly #open = new Map<string, Open>()
  #last: Promise<unknown> = Promise.resolve()

  constructor(options: HealthCheckOptions) {
    this.#options = options
  }

  /** Opens, closes and updates ports until they are these. Calls wait for one another. Returns what did not open. */
  async sync(checks: Iterable<HealthCheck & { readonly service: string }>): Promise<HealthCheckFailure[]> {
    const wanted = [...checks]
    const done = this.#last.then(() => this.#sync(wanted))
    this.#last = done.catch(() => undefined)
    return done
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.sync([])
  }

  async #sync(checks: readonly (HealthCheck & { readonly service: string })[]): Promise<HealthCheckFailure[]> {
    const ports = new Map(checks.map(({ service, port }) => [service, port]))
    for (const [service, { port, servers }] of this.#open) {
      if (ports.get(service) === port) continue
      this.#open.delete(service)
      await Promise.all(servers.map(close))
    }
    const failures: HealthCheckFailure[] = []
    for (const check of checks) {
      const known = this.#open.get(check.service)
      if (known) known.localEndpoints = check.localEndpoints
      else failures.push(...(await this.#listen(check)))
    }
    return failures
  }

  async #listen({ service, port, localEndpoints }: HealthCheck & { service: string }): Promise<HealthCheckFailure[]> {
    const { addresses = [undefined] } = this.#options
    const open: Open = { port, servers: [], localEndpoints }
    this.#open.set(service, open)
    const results = await Promise.allSettled(
      addresses.map((host) =>
        openServer({ port, ...(host !== undefined && { host }) }, (_, response) => this.#answer(service, response), {
          clients: MOST_PROBERS,
        }),
      ),
    )
    open.servers = results.flatMap((one) => (one.status === 'fulfilled' ? [one.value] : []))
    const failed = results.find((one) => one.status === 'rejected')
    if (!failed) return []
    this.#open.delete(service)
    await Promise.all(open.servers.map(close))
    return [{ service, port, cause: failed.reason as Error }]
  }

  #answer(service: string, response: ServerResponse): void {
    const localEndpoints = this.#open.get(service)?.localEndpoints ?? 0
    const serviceProxyHealthy = this.#options.isProxyHealthy()
    const [namespace, name] = service.split('/')
    response.writeHead(localEndpoints > 0 && serviceProxyHealthy ? 200 : 503, {
      'content-type': 'application/json',
      'x-content-type-options': 'nosniff',
      'x-load-balancing-endpoint-weight': String(localEndpoints),
    })
    response.end(JSON.stringify({ service: { namespace, name }, localEndpoints, serviceProxyHealthy }, undefined, '\t'))
  }
}

function close(server: OpenServer): PromiseLike<void> {
  return server[Symbol.asyncDispose]()
}
