import type { VerdictName } from '@skep/datapath'
import type { Counted, Item, Sample } from './sample.ts'

/** Something with how fast it goes. */
export type Rated<T extends Counted> = T & { readonly packetsPerSecond: number; readonly bytesPerSecond: number }

/** What `top` shows: what happened between two samples, as of the later one. */
export interface Rates {
  readonly seconds: number
  readonly services: readonly Rated<Item>[]
  readonly backends: readonly Rated<Item>[]
  readonly verdicts: readonly Rated<Counted & { readonly key: VerdictName }>[]
  /** Sent to backends, all services together. */
  readonly packetsPerSecond: number
  readonly bytesPerSecond: number
  readonly connections: number
}

/** Compares two samples. What was not there before, or was counted anew, has counted from zero. */
export function ratesBetween(before: Sample, after: Sample): Rates {
  const seconds = (after.at - before.at) / 1000
  const services = rated(before.services, after.services, seconds)
  const sum = (of: (one: Rated<Item>) => number) => services.reduce((total, one) => total + of(one), 0)
  return {
    seconds,
    services,
    backends: rated(before.backends, after.backends, seconds),
    verdicts: rated(before.verdicts, after.verdicts, seconds),
    packetsPerSecond: sum((one) => one.packetsPerSecond),
    bytesPerSecond: sum((one) => one.bytesPerSecond),
    connections: sum((one) => one.connections),
  }
}

function rated<T extends Counted>(before: readonly T[], after: readonly T[], seconds: number): Rated<T>[] {
  const old = new Map(before.map((one) => [one.key, one]))
  const rate = (was: number | undefined, is: number) =>
    seconds <= 0 ? 0 : (is - (was === undefined || was > is ? 0 : was)) / seconds
  return after.map((one) => {
    const was = old.get(one.key)
    return {
      ...one,
      packetsPerSecond: rate(was?.packets, one.packets),
      bytesPerSecond: rate(was?.bytes, one.bytes),
    }
  })
}
