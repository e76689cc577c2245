import { EARLY_WARNING_PERCENT } from '@skep/lb-maps'
import type { Logger } from '@skep/daemon'
import { describeGauge, type GaugeStatus } from '@skep/lb-engine'

/** A gauge that has warned is quiet again below this fill: one that swings about the limit warns once. */
const QUIET_PERCENT = EARLY_WARNING_PERCENT - 5

/** Says once when something gets nearly full, and once when it is no longer. */
export class EarlyWarnings {
  readonly #log: Pick<Logger, 'info' | 'warn'>
  readonly #warned = new Set<string>()

  constructor(log: Pick<Logger, 'info' | 'warn'>) {
    this.#log = log
  }

  /** Looks at all gauges. Those that are gone are forgotten. */
  look(gauges: readonly GaugeStatus[]): void {
    for (const gauge of gauges) this.#look(gauge)
    const there = new Set(gauges.map(({ name }) => name))
    for (const name of this.#warned) if (!there.has(name)) this.#warned.delete(name)
  }

  #look(gauge: GaugeStatus): void {
    const { name, used, size, percent, warning, setting } = gauge
    const fields = { table: name, used, size, percent }
    if (warning && !this.#warned.has(name)) {
      this.#warned.add(name)
      this.#log.warn({ ...fields, setting }, `nearly full: ${describeGauge(gauge)}`)
    } else if (percent < QUIET_PERCENT && this.#warned.delete(name)) {
      this.#log.info(fields, `no longer nearly full: ${name}: ${used} of ${size} (${percent} %)`)
    }
  }
}
