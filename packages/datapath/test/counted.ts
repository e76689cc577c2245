import { type Counter, Verdict } from '../src/lb_xdp.gen.ts'
import type { verdicts } from '../src/verdicts.gen.ts'

export type VerdictName = keyof typeof verdicts

/** Of all CPUs. */
export function sum(cpus: readonly Counter[]): Counter {
  return cpus.reduce((a, b) => ({ packets: a.packets + b.packets, bytes: a.bytes + b.bytes }))
}

/** What one packet was counted under, by counters before and after. Throws unless that was once, with its bytes. */
export function countedVerdict(before: readonly Counter[], after: readonly Counter[], bytes: number): VerdictName {
  const changed = after.flatMap((counter, i) => (counter.packets === before[i]!.packets ? [] : [i]))
  const index = changed[0]
  if (changed.length !== 1 || index === undefined) throw new Error(`counted under ${changed.length} verdicts, not 1`)
  const packets = after[index]!.packets - before[index]!.packets
  const counted = after[index]!.bytes - before[index]!.bytes
  if (packets !== 1n || counted !== BigInt(bytes)) throw new Error(`counted ${packets} packets of ${counted} bytes`)
  return verdictName(index)
}

function verdictName(index: number): VerdictName {
  const name = Object.entries(Verdict).find(([, value]) => value === index)?.[0]
  return name!.replace(/^VERDICT_/, '') as VerdictName
}
