import {
  AF_INET,
  BUCKET_OVERFLOW,
  BUCKET_WORDS,
  MEMBER,
  MEMBER_LINE_IDS,
  MEMBER_WORDS,
  MOVE_SINCE,
  RANGE_LINE_BOUNDS,
  RECORD_LINE_WORDS,
  RING_LINE_SLOTS,
  RING_SLOT_NUMBER,
  SERVICE,
  SERVICE_WORDS,
  SOURCE_WORDS,
} from './layout.ts'
import { movesOf, ringSlots } from './lookup.ts'
import { fillRing } from './maglev.ts'
import type { LbMaps, Table } from './maps.ts'
import type { Plan } from './plan.ts'
import type { Step } from './steps.ts'

/**
 * Writes a plan into the maps. May be killed between any two stores: `readActual` then finds a state from which the same
 * input leads to the same end. Nobody else may write to the maps meanwhile.
 */
export function apply({ steps }: Pick<Plan, 'steps'>, maps: LbMaps): void {
  for (const step of steps) {
    const { count, store } = storesOf(step, maps)
    for (let i = 0; i < count; i++) store(i)
  }
}

/**
 * The stores of one step. Yields between any two that a running program, or a reader after a kill, could tell apart, so
 * that tests can look, or stop, there. What packets may be reading goes in by `Atomics.store`, whole and in order.
 */
export function* write(step: Step, maps: LbMaps): Generator<undefined, void> {
  const { count, store } = storesOf(step, maps)
  for (let i = 0; i < count; i++) {
    store(i)
    yield
  }
  yield
}

/** Stores that can be told apart, by number; to be done in their order. */
interface Stores {
  readonly count: number
  readonly store: (number: number) => void
}

/** Stores at once, or says what is to be done one after another. */
type Writer<S extends Step> = (step: S, maps: LbMaps) => Stores | void

const nothing: Stores = { count: 0, store: () => undefined }

function storesOf(step: Step, maps: LbMaps): Stores {
  return (writers[step.do] as Writer<Step>)(step, maps) ?? nothing
}

const writers: { readonly [K in Step['do']]: Writer<Extract<Step, { readonly do: K }>> } = {
  grace: (_, maps) => maps.gracePeriod(),
  'reset-counters': ({ ids }, maps) => maps.resetCounters(ids),
  'write-source': ({ index, words }, maps) => maps.sources.words.set(words, index * SOURCE_WORDS),
  'write-members': ({ ids, words }, maps) => writeMembers(maps.members, ids, words),
  'set-member-source': ({ id, source }, maps) => storeWord(maps.members, id * MEMBER_WORDS + MEMBER.source, source),
  'set-member-used': ({ id, used }, maps) => setMemberUsed(maps.members, id * MEMBER_WORDS + MEMBER.tail, used),
  'write-member-block': ({ base, ids }, maps) => maps.memberIds.words.set(ids, base * MEMBER_LINE_IDS),
  'set-member-ids': ({ at, ids }, maps) => storeEach(maps.memberIds.words, at, ids),
  'write-ring': ({ base, slots }, maps) => maps.rings.block(base, slots.length / RING_LINE_SLOTS).set(slots),
  'fill-ring': ({ base, size, backends, numbers }, maps) =>
    fillRing(maps.rings.block(base, size / RING_LINE_SLOTS), backends, numbers),
  'set-moves': (step, maps) => setMoves(movesOf(maps, step.ring), step),
  'set-slots': ({ ring, at, numbers }, maps) => storeEach(ringSlots(maps, ring), at, numbers),
  'write-service': ({ id, words }, maps) => maps.services.words.set(words, id * SERVICE_WORDS),
  'publish-service': ({ id, ring, members }, maps) =>
    storePair(maps.services, id * SERVICE_WORDS + SERVICE.ring, ring, members),
  'set-service': ({ id, word, value }, maps) => storeWord(maps.services, id * SERVICE_WORDS + word, value),
  'set-limit': ({ id, limit }, maps) =>
    void Atomics.store(maps.services.longs, (id * SERVICE_WORDS + SERVICE.limit) / 2, limit),
  'write-ranges': ({ base, words }, maps) => maps.ranges.longs.set(words, 2 * RANGE_LINE_BOUNDS * base),
  'clear-records': ({ at, words }, maps) => clearRecords(maps.records.longs, at, words),
  'drop-records': ({ base, lines, numbers }, maps) => dropRecords(maps.records, base, lines, numbers),
  'set-overflow': ({ shape, bucket, count }, maps) =>
    storeWord(maps[shape.table], bucket * BUCKET_WORDS + BUCKET_OVERFLOW, count),
  'insert-key': (step, maps) => insertKey(maps[step.shape.table], step),
  'set-key-service': ({ shape, place, service }, maps) =>
    storeWord(maps[shape.table], shape.serviceWord(place), service),
  'clear-key': ({ shape, place }, maps) => storePair(maps[shape.table], shape.keyWord(place), 0, 0),
  zero: (step, maps) => zero(maps, step),
  'zero-members': ({ ids }, maps) => zeroMembers(maps.members, ids),
  'zero-service': ({ id }, maps) => zeroService(maps.services, id * SERVICE_WORDS),
}

/** IPv4: the value beside the key. IPv6: the address beside the word that holds value and the rest of the key. */
function insertKey(table: Table, { shape, place, key, service }: Extract<Step, { readonly do: 'insert-key' }>): Stores {
  if (shape.family === AF_INET) {
    return inOrder(
      () => storeWord(table, shape.serviceWord(place), service),
      () => storePair(table, shape.keyWord(place), key.words[0]!, key.tail),
    )
  }
  return inOrder(
    () => table.words.set(key.words, shape.addressWord(place)),
    () => storePair(table, shape.keyWord(place), service, key.tail),
  )
}

function inOrder(...stores: readonly (() => void)[]): Stores {
  return { count: stores.length, store: (i) => stores[i]!() }
}

function writeMembers({ words }: Table, ids: Uint32Array, rows: Uint32Array): Stores | void {
  const first = ids[0]!
  if (ids[ids.length - 1]! - first === ids.length - 1 && ids.every((id, i) => id === first + i)) {
    words.set(rows, first * MEMBER_WORDS)
    return
  }
  const row = (i: number): Uint32Array => rows.subarray(i * MEMBER_WORDS, (i + 1) * MEMBER_WORDS)
  return { count: ids.length, store: (i) => words.set(row(i), ids[i]! * MEMBER_WORDS) }
}

function storeEach(array: Uint32Array | Uint16Array, at: Uint32Array, values: Uint32Array | Uint16Array): Stores {
  return { count: at.length, store: (i) => Atomics.store(array, at[i]!, values[i]!) }
}

function setMemberUsed({ words }: Table, at: number, used: number): void {
  Atomics.store(words, at, ((words[at]! & 0xffffff) | (used << 24)) >>> 0)
}

/** A slot that is stable or settled has no reader of these. */
function setMoves(shorts: Uint16Array, { at, previous, since }: Extract<Step, { readonly do: 'set-moves' }>): void {
  for (let i = 0; i < at.length; i++) {
    Atomics.store(shorts, at[i]!, previous[i]!)
    shorts[at[i]! + MOVE_SINCE] = since[i]!
  }
}

/** The program renews records meanwhile: what it has touched stays. */
function clearRecords(longs: BigUint64Array, at: Uint32Array, words: BigUint64Array): void {
  for (let i = 0; i < at.length; i++) Atomics.compareExchange(longs, at[i]!, words[i]!, 0n)
}

function dropRecords({ words, longs }: Table, base: number, lines: number, numbers: ReadonlySet<number>): void {
  const start = base * RECORD_LINE_WORDS
  for (let at = start; at < start + lines * RECORD_LINE_WORDS; at++) {
    if (words[2 * at] !== 0) dropRecord(longs, at, numbers)
  }
}

/** A record that the program rewrites meanwhile is looked at again: it may be another flow's by now. */
function dropRecord(longs: BigUint64Array, at: number, numbers: ReadonlySet<number>): void {
  for (let word = Atomics.load(longs, at); isOf(word, numbers);) {
    const found = Atomics.compareExchange(longs, at, word, 0n)
    if (found === word) return
    word = found
  }
}

function isOf(word: bigint, numbers: ReadonlySet<number>): boolean {
  return (word & 0xffff_ffffn) !== 0n && numbers.has(Number(word >> 32n) & RING_SLOT_NUMBER)
}

function zero(maps: LbMaps, { table, at, entries }: Extract<Step, { readonly do: 'zero' }>): void {
  if (table === 'rings' || table === 'moves') return void maps[table].block(at, entries).fill(0)
  const { words, entries: all } = maps[table]
  const width = words.length / all
  words.fill(0, at * width, (at + entries) * width)
}

/** The word that says "used" goes first, so that a half-zeroed member is a free one. */
function zeroMembers({ words }: Table, ids: Uint32Array): Stores {
  const at = (i: number): number => ids[i >>> 1]! * MEMBER_WORDS
  return {
    count: 2 * ids.length,
    store: (i) =>
      (i & 1) === 0 ? Atomics.store(words, at(i) + MEMBER.tail, 0) : words.fill(0, at(i), at(i) + MEMBER_WORDS),
  }
}

/** The family goes first, so that a half-zeroed service is a free one. The generation stays. */
function zeroService({ words }: Table, at: number): Stores {
  const zeroRest = (): void => {
    const generation = words[at + SERVICE.flags]! & 0xffff0000
    words.fill(0, at, at + SERVICE_WORDS)
    words[at + SERVICE.flags] = generation
  }
  return inOrder(() => Atomics.store(words, at + SERVICE.tail, 0), zeroRest)
}

function storeWord({ words }: Table, at: number, value: number): void {
  Atomics.store(words, at, value)
}

/** Two neighbouring words in one store. */
function storePair({ longs }: Table, at: number, low: number, high: number): void {
  Atomics.store(longs, at >>> 1, (BigInt(high) << 32n) | BigInt(low))
}
