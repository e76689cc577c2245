import type { Logger } from '@skep/daemon'
import type { Status } from '../status/status.ts'
import type { Family } from '@skep/daemon'
import { DEFAULT_SERIES_BUDGET, Metrics } from './metrics.ts'
import { MetricsServer } from './serve.ts'
import type { MetricsSettings } from './settings.ts'

/** The metrics of a running instance, served as its configuration says at the time. */
export class FollowedMetrics implements AsyncDisposable {
  readonly #metrics: Metrics
  readonly #server: MetricsServer
  #last: Promise<void> = Promise.resolve()

  /** `more`: what the kernel does not know. */
  constructor(
    read: () => Promise<Status>,
    log: Pick<Logger, 'info' | 'error'>,
    more: () => readonly Family[] = () => [],
  ) {
    this.#metrics = new Metrics(read, DEFAULT_SERIES_BUDGET, more)
    this.#server = new MetricsServer(this.#metrics, log)
  }

  /** From now on as these settings say; without any, not over TCP. */
  want(settings: MetricsSettings | undefined): void {
    this.#metrics.seriesBudget = settings?.seriesBudget ?? DEFAULT_SERIES_BUDGET
    this.#last = this.#last.then(() => this.#server.listen(settings?.listen))
  }

  /** The text that Prometheus reads. */
  text(): Promise<string> {
    return this.#metrics.text()
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#last
    await this.#server[Symbol.asyncDispose]()
  }
}
