import type { Status } from '../status/status.ts'
import { version } from '../version.ts'
import { renderMetrics, single, type Family } from '@skep/daemon'
import { fixedFamilies } from './fixed.ts'
import { named } from './names.ts'
import { processFamilies } from './process.ts'
import { ServiceSeries } from './services.ts'

/** Default of `spec.metrics.seriesBudget`. */
export const DEFAULT_SERIES_BUDGET = 10_000

/** The metrics of an instance, read from the kernel whenever they are asked for. */
export class Metrics {
  readonly #read: () => Promise<Status>
  readonly #more: () => readonly Family[]
  readonly #series = new ServiceSeries()
  #asked: Promise<string> | undefined
  /** How many series a scrape may have. Services and backends beyond it are added up as `other`. */
  seriesBudget: number

  constructor(
    read: () => Promise<Status>,
    seriesBudget: number = DEFAULT_SERIES_BUDGET,
    more: () => readonly Family[] = () => [],
  ) {
    this.#read = read
    this.#more = more
    this.seriesBudget = seriesBudget
  }

  /** The text that Prometheus reads. Those who ask at the same time get the same answer. */
  text(): Promise<string> {
    this.#asked ??= this.#text().finally(() => {
      this.#asked = undefined
    })
    return this.#asked
  }

  async #text(): Promise<string> {
    const began = performance.now()
    const status = await this.#read()
    const fixed = [...fixedFamilies(status), ...processFamilies(version), ...this.#more()]
    // The four that tell about the rest are the only ones that are not there yet.
    const room = this.seriesBudget - seriesOf(fixed) - 4
    const { families, folded } = this.#series.families(status, room)
    const seconds = (performance.now() - began) / 1000
    const about = [
      {
        name: 'metrics_folded',
        type: 'gauge',
        help: 'How many have no series of their own, because the series budget is used up: they are in "other".',
        samples: Object.entries(folded).map(([of, value]) => ({ labels: { of }, value })),
      } as const,
      single(
        'metrics_series_budget',
        'gauge',
        'How many series a scrape may have (spec.metrics.seriesBudget).',
        this.seriesBudget,
      ),
      single('metrics_read_seconds', 'gauge', 'How long it took to read these figures from the kernel.', seconds),
    ]
    return await renderMetrics([...fixed, ...families, ...about].map(named))
  }
}

function seriesOf(families: readonly Family[]): number {
  return families.reduce((sum, { samples }) => sum + samples.length, 0)
}
