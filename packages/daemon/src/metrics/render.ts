import type * as Prometheus from 'prom-client'
import type { Family } from './family.ts'

/** What the answer's `Content-Type` says: the text format of Prometheus, version 0.0.4. */
export const CONTENT_TYPE = 'text/plain; version=0.0.4; charset=utf-8'

/** The text that Prometheus reads. Families without series are left out. */
export async function renderMetrics(families: readonly Family[]): Promise<string> {
  // Loaded by whoever is asked, and so by no command.
  const prometheus = await import('prom-client')
  const registry = new prometheus.Registry()
  for (const family of families) if (family.samples.length > 0) register(prometheus, registry, family)
  return await registry.metrics()
}

function register(
  { Counter, Gauge }: typeof Prometheus,
  registry: Prometheus.Registry,
  { name, help, type, samples }: Family,
): void {
  const options = { name, help, labelNames: Object.keys(samples[0]!.labels), registers: [registry] }
  if (type === 'gauge') {
    const gauge = new Gauge(options)
    for (const { labels, value } of samples) gauge.set(labels, value)
  } else {
    const counter = new Counter(options)
    for (const { labels, value } of samples) counter.inc(labels, value)
  }
}
