import { Counter, Gauge, Registry } from 'prom-client'
import type { Family } from './family.ts'

/** The text that Prometheus reads. */
export async function textOf(families: readonly Family[]): Promise<string> {
  const registry = new Registry()
  for (const family of families) register(registry, family)
  return await registry.metrics()
}

function register(registry: Registry, { name, help, type, samples }: Family): void {
  const options = { name, help, labelNames: Object.keys(samples[0]?.labels ?? {}), registers: [registry] }
  if (type === 'gauge') {
    const gauge = new Gauge(options)
    for (const { labels, value } of samples) gauge.set(labels, value)
  } else {
    const counter = new Counter(options)
    for (const { labels, value } of samples) counter.inc(labels, value)
  }
}
