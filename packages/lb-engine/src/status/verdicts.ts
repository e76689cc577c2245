import { verdictsByIndex } from '@skep/datapath'
import type { Counter } from '@skep/datapath/lb-xdp'
import type { Tables } from './tables.ts'
import type { VerdictStatus } from './types.ts'

/** Every outcome with its counters. */
export function readVerdicts({ verdictCounters }: Pick<Tables, 'verdictCounters'>): VerdictStatus[] {
  return verdictsByIndex.flatMap((info, index) => {
    if (info === undefined) return []
    const { name, action, description } = info
    return [{ verdict: name, action, description, ...total(verdictCounters.get(index)) }]
  })
}

/** Of all CPUs. */
export function total(counters: readonly Counter[] | undefined): { packets: number; bytes: number } {
  const sum = (key: keyof Counter) => Number((counters ?? []).reduce((all, counter) => all + counter[key], 0n))
  return { packets: sum('packets'), bytes: sum('bytes') }
}
