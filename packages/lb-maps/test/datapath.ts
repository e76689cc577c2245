import { hashWords } from '../src/hash.ts'
import { RING_SLOT_EMPTY } from '../src/layout.ts'
import type { LbMaps } from '../src/maps.ts'

/** What a packet tells about its flow (bpf/lib/intent.h). */
export type Intent = 'unknown' | 'opens' | 'goes-on' | 'watches'

/** The clock that the program writes into records, and its dice. */
export interface Machine {
  readonly maps: LbMaps
  readonly recordTime: () => number
  readonly random: () => number
}

type Steps<T> = Generator<undefined, T>

const low = 0xffffffffn
const phases = { stable: 0, move: 1, harvest: 2, settled: 3 }

/**
 * bpf/lib/select.h, moving.h and record.h once more, a load or store at a time, from a flow's hash to the member's id (0:
 * nobody). Written from the C code, not from this package's own look-up. Yields between any two.
 */
export function* choose(machine: Machine, service: number, flow: bigint, intent: Intent): Steps<number> {
  const { maps } = machine
  yield
  const tables = maps.services.longs[service * 8]!
  const log2 = Number(tables & 31n)
  if (log2 < 7) return 0
  const slot = Number(flow >> BigInt(64 - log2))
  yield
  const word = readSlot(maps, tables, slot)
  const isRandom = (maps.services.words[service * 16 + 7]! & 8) !== 0
  const number = word & 0x3fff
  const moves = word >>> 14 !== 0 || isRandom
  const chosen = moves ? yield* contend(machine, { service, flow, intent, tables, slot, word, number }) : number
  if (chosen === RING_SLOT_EMPTY) return 0
  yield
  const id = memberId(maps, tables, chosen)
  yield
  return maps.members.words[id * 8 + 4]! >>> 24 === 0 ? 0 : id
}

/** Does a record say where packets of this flow go? */
export function isRecorded(machine: Machine, service: number, flow: bigint): boolean {
  const table = machine.maps.services.words[service * 16 + 8]!
  if ((table & 31) === 0) return false
  return lastValue(new RecordTable(machine, service, flow, table).read(false)) !== undefined
}

/** What steps come to when nobody comes between them. */
export function lastValue<T>(steps: Steps<T>): T {
  for (;;) {
    const { done, value } = steps.next()
    if (done) return value
  }
}

interface Contender {
  readonly service: number
  readonly flow: bigint
  readonly intent: Intent
  readonly tables: bigint
  readonly slot: number
  readonly word: number
  readonly number: number
}

function* contend(machine: Machine, contender: Contender): Steps<number> {
  const { maps } = machine
  const { service, intent, number, word } = contender
  yield
  const table = maps.services.words[service * 16 + 8]!
  if ((table & 31) === 0) return number
  const records = new RecordTable(machine, service, contender.flow, table)
  const recorded = yield* records.read(intent !== 'watches')
  if (recorded !== undefined) {
    yield
    if (isUsed(maps, contender.tables, recorded)) return recorded
  }
  return word >>> 14 === phases.stable
    ? yield* spread(machine, contender, records)
    : yield* settle(maps, contender, records)
}

function* spread(
  { maps, random }: Machine,
  { tables, intent, number }: Contender,
  records: RecordTable,
): Steps<number> {
  if (intent === 'goes-on' || intent === 'watches') return number
  yield
  const chosen = readSlot(maps, tables, Math.floor(random() * 2 ** Number(tables & 31n))) & 0x3fff
  return (yield* records.write(chosen)) ? chosen : number
}

function* settle(maps: LbMaps, contender: Contender, records: RecordTable): Steps<number> {
  const { tables, slot, word, number, intent } = contender
  const phase = word >>> 14
  yield
  const line = Number((tables & low) >> 5n) + (slot >>> 5)
  const previous = maps.moves.shorts[line * 64 + (slot & 31)]! & 0x3fff
  yield
  if (phase === phases.settled || !isUsed(maps, tables, previous)) return number
  if (intent === 'opens' && number === RING_SLOT_EMPTY) return number
  if (intent === 'opens') return (yield* records.write(number)) ? number : previous
  if (phase === phases.harvest && intent !== 'watches') yield* records.write(previous)
  return previous
}

function readSlot({ rings }: LbMaps, tables: bigint, slot: number): number {
  return rings.shorts[Number((tables & low) >> 5n) * 32 + slot]!
}

function memberId({ memberIds }: LbMaps, tables: bigint, number: number): number {
  return memberIds.words[Number(tables >> 32n) * 16 + number] ?? 0
}

function isUsed(maps: LbMaps, tables: bigint, number: number): boolean {
  const id = memberId(maps, tables, number)
  return number !== RING_SLOT_EMPTY && id !== 0 && (maps.members.words[id * 8 + 4] ?? 0) >>> 24 !== 0
}

/** A flow's place in its service's records. */
class RecordTable {
  readonly #longs: BigUint64Array
  readonly #places: readonly number[]
  readonly #words: Uint32Array
  readonly #tag: number
  readonly #time: number
  readonly #idle: number

  constructor({ maps, recordTime }: Machine, service: number, flow: bigint, table: number) {
    const hash = hashWords(0n, [flow ^ BigInt.asUintN(64, BigInt(service) * 0x9e3779b97f4a7c15n)])
    const mask = BigInt(2 ** ((table & 31) - 1) - 1)
    this.#longs = maps.records.longs
    this.#words = maps.records.words
    this.#tag = Number(flow >> 32n) || 1
    this.#time = recordTime()
    this.#idle = maps.services.words[service * 16 + 9]! & 0xffff
    this.#places = [hash & low & mask, (hash >> 32n) & mask].flatMap((line) =>
      Array.from({ length: 8 }, (_, i) => ((table >>> 5) + Number(line)) * 8 + i),
    )
  }

  *read(renew: boolean): Steps<number | undefined> {
    for (const at of this.#places) {
      yield
      if (this.#words[2 * at] !== this.#tag) continue
      const word = this.#longs[at]!
      if (!this.#isLive(word)) continue
      const number = Number((word >> 32n) & 0xffffn)
      yield
      if (renew) this.#swap(at, word, this.#word(number))
      return number
    }
    return undefined
  }

  /** A place that somebody else was quicker to take is looked for again. */
  *write(number: number): Steps<boolean> {
    for (let attempt = 0; attempt < 3; attempt++) {
      const written = yield* this.#tryToWrite(number)
      if (written !== 'lost') return written
    }
    return false
  }

  *#tryToWrite(number: number): Steps<boolean | 'lost'> {
    let free: number | undefined
    let seen = 0n
    for (const at of this.#places) {
      yield
      const word = this.#longs[at]!
      if (this.#words[2 * at] === this.#tag) return this.#swap(at, word, this.#word(number))
      if (free !== undefined || this.#isLive(word)) continue
      free = at
      seen = word
    }
    yield
    if (free === undefined) return false
    return this.#swap(free, seen, this.#word(number)) || 'lost'
  }

  #word(number: number): bigint {
    return BigInt(this.#tag) | (BigInt(number) << 32n) | (BigInt(this.#time) << 48n)
  }

  #isLive(word: bigint): boolean {
    const age = (this.#time - Number(word >> 48n)) & 0xffff
    return word !== 0n && (age <= this.#idle || age === 0xffff)
  }

  #swap(at: number, from: bigint, to: bigint): boolean {
    if (this.#longs[at] !== from) return false
    this.#longs[at] = to
    return true
  }
}
