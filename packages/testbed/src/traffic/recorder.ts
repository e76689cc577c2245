import type { RecordableHistogram } from 'node:perf_hooks'
import { createHistogram, performance } from 'node:perf_hooks'
import type { Answer, Latency, RequestFailure, TrafficFailure, TrafficProgress, TrafficReport } from './report.ts'

const failuresKept = 10_000

/** Gathers what becomes of requests into a report. Times are milliseconds of one monotonic clock. */
export class TrafficRecorder {
  readonly #now: () => number
  readonly #began: number
  readonly #latency: RecordableHistogram = createHistogram({ figures: 3 })
  readonly #perServer = new Map<string, number>()
  readonly #flows = new Map<number, string>()
  readonly #failures: TrafficFailure[] = []
  readonly #reasons = new Map<string, number>()
  #connections = 0
  #succeeded = 0
  #failed = 0

  constructor(now: () => number = () => performance.now()) {
    this.#now = now
    this.#began = now()
  }

  connected(): void {
    this.#connections++
  }

  succeeded(answer: Answer, startedAt: number): void {
    this.#succeeded++
    this.#latency.record(Math.max(1, Math.round((this.#now() - startedAt) * 1000)))
    increment(this.#perServer, answer.server)
    if (answer.sourcePort !== undefined) this.#flows.set(answer.sourcePort, answer.server)
  }

  failed(failure: RequestFailure, startedAt: number): void {
    const now = this.#now()
    this.#failed++
    increment(this.#reasons, `${failure.phase}: ${failure.message}`)
    if (this.#failures.length >= failuresKept) return
    this.#failures.push({
      atMs: now - this.#began,
      afterMs: now - startedAt,
      phase: failure.phase,
      reason: failure.message,
      ...(failure.sourcePort === undefined ? {} : { sourcePort: failure.sourcePort }),
    })
  }

  progress(): TrafficProgress {
    return {
      requests: this.#succeeded + this.#failed,
      succeeded: this.#succeeded,
      failed: this.#failed,
      elapsedMs: this.#now() - this.#began,
      perServer: Object.fromEntries(this.#perServer),
    }
  }

  report(): TrafficReport {
    const progress = this.progress()
    return {
      ...progress,
      connections: this.#connections,
      failures: this.#failures,
      failuresByReason: Object.fromEntries(this.#reasons),
      latency: this.#latencies(),
      perSecond: progress.elapsedMs > 0 ? (progress.requests * 1000) / progress.elapsedMs : 0,
      flows: Object.fromEntries(this.#flows),
    }
  }

  #latencies(): Latency {
    const histogram = this.#latency
    if (histogram.count === 0) return { min: 0, mean: 0, p50: 0, p90: 0, p99: 0, p999: 0, max: 0 }
    const percentile = (share: number): number => histogram.percentile(share) / 1000
    return {
      min: histogram.min / 1000,
      mean: Math.round(histogram.mean) / 1000,
      p50: percentile(50),
      p90: percentile(90),
      p99: percentile(99),
      p999: percentile(99.9),
      max: histogram.max / 1000,
    }
  }
}

function increment<K>(counts: Map<K, number>, key: K): void {
  counts.set(key, (counts.get(key) ?? 0) + 1)
}
