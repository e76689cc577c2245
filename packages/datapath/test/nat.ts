import type { LbXdp, NatEntry } from '../src/lb-xdp.ts'
import { zero } from './zero.ts'

type Maps = Pick<LbXdp['maps'], 'natFlows' | 'natReplies' | 'natEntries'>

/** A balancer's connections. */
export class Nat {
  readonly #maps: Maps

  constructor(maps: Maps) {
    this.#maps = maps
  }

  forget(): void {
    const { natFlows, natReplies, natEntries } = this.#maps
    for (const map of [natFlows, natReplies, natEntries]) zero(map)
  }

  /** The connections that have a word in the table, by index. */
  connections(): Map<number, NatEntry> {
    const words = [...this.#maps.natFlows].flatMap(([, { words }]) => words).filter((word) => word !== 0n)
    const indexes = words.map((word) => Number(word >> 32n))
    return new Map(indexes.map((index) => [index, this.#maps.natEntries.get(index)!]))
  }

  /** The only connection there is. */
  connection(): { index: number; entry: NatEntry } {
    const all = [...this.connections()]
    if (all.length !== 1) throw new Error(`there are ${all.length} connections, not 1`)
    return { index: all[0]![0], entry: all[0]![1] }
  }

  /** Makes a connection that much older. */
  age(index: number, jiffies: number): void {
    const entry = this.#maps.natEntries.get(index)!
    const seen = BigInt.asUintN(
      39,
      ((BigInt(entry.era) << 31n) | BigInt.asUintN(31, BigInt(entry.lastSeen))) - BigInt(jiffies),
    )
    const lastSeen = Number(BigInt.asUintN(32, seen))
    this.#maps.natEntries.set(index, { ...entry, lastSeen, era: Number(seen >> 31n) })
  }

  /** Words in the replies' table. */
  replyWords(): bigint[] {
    return [...this.#maps.natReplies].flatMap(([, { words }]) => words).filter((word) => word !== 0n)
  }
}
