import { type Logger, serveMetrics } from '@skep/daemon'
import type { Metrics } from './metrics.ts'
import { parseListen } from './settings.ts'

/** Serves `/metrics` over TCP, where the configuration says. That it cannot be served never stops the traffic. */
export class MetricsServer implements AsyncDisposable {
  readonly #metrics: Pick<Metrics, 'text'>
  readonly #log: Pick<Logger, 'info' | 'error'>
  #server: AsyncDisposable | undefined
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
      this.#server = await serveMetrics(endpoint, () => this.#metrics.text(), this.#log)
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

  async #close(): Promise<void> {
    const server = this.#server
    this.#server = undefined
    this.#listen = undefined
    await server?.[Symbol.asyncDispose]()
  }
}
