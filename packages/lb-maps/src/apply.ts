import {
  AF_INET,
  BUCKET_OVERFLOW,
  BUCKET_WORDS,
  MEMBER,
  MEMBER_LINE_IDS,
  MEMBER_WORDS,
  RING_LINE_SLOTS,
  SERVICE,
  SERVICE_WORDS,
  SOURCE_WORDS,
} from './layout.ts'
import type { LbMaps, Table } from './maps.ts'
import type { Plan } from './plan.ts'
import type { Step } from './steps.ts'

/**
 * Writes a plan into the maps. May be killed between any two stores: `readActual` then finds a state from which the same
 * input leads to the same end. Nobody else may write to the maps meanwhile.
 */
export function apply({ steps }: Pick<Plan, 'steps'>, maps: LbMaps): void {
  for (const step of steps) {
    for (const _ of write(step, maps)) continue
  }
}

/**
 * The stores of one step. Yields between any two that a running program, or a reader after a kill, could tell apart, so
 * that tests can look, or stop, there. What packets may be reading goes in by `Atomics.store`, whole and in order.
 */
export function* write(step: Step, maps: LbMaps): Generator<undefined, void> {
  switch (step.do) {
    case 'grace':
      return maps.gracePeriod()
    case 'reset-counters':
      return maps.resetCounters(step.ids)
    case 'write-source':
      return maps.sources.words.set(step.words, step.index * SOURCE_WORDS)
    case 'write-members':
      return yield* writeMembers(maps.members, step.ids, step.words)
    case 'set-member-source':
      return storeWord(maps.members, step.id * MEMBER_WORDS + MEMBER.source, step.source)
    case 'write-member-block':
      return maps.memberIds.words.set(step.ids, step.base * MEMBER_LINE_IDS)
    case 'set-member-ids':
      return yield* storeEach(maps.memberIds.words, step.at, step.ids)
    case 'write-ring':
      return maps.rings.shorts.set(step.slots, step.base * RING_LINE_SLOTS)
    case 'set-slots':
      return yield* storeEach(maps.rings.shorts, step.at, step.numbers)
    case 'write-service':
      return maps.services.words.set(step.words, step.id * SERVICE_WORDS)
    case 'publish-service':
      return storePair(maps.services, step.id * SERVICE_WORDS + SERVICE.ring, step.ring, step.members)
    case 'set-overflow':
      return storeWord(maps[step.shape.table], step.bucket * BUCKET_WORDS + BUCKET_OVERFLOW, step.count)
    case 'insert-key':
      return yield* insertKey(maps[step.shape.table], step)
    case 'set-key-service':
      return setKeyService(maps[step.shape.table], step)
    case 'clear-key':
      return storePair(maps[step.shape.table], step.shape.keyWord(step.place), 0, 0)
    case 'zero':
      return zero(maps[step.table], step.at, step.entries)
    case 'zero-members':
      return yield* zeroMembers(maps.members, step.ids)
    case 'zero-service':
      return yield* zeroService(maps.services, step.id * SERVICE_WORDS)
  }
}

type KeyStep = Extract<Step, { readonly do: 'insert-key' | 'set-key-service' }>

/** IPv4: the value beside the key. IPv6: the address beside the word that holds value and the rest of the key. */
function* insertKey(table: Table, { shape, place, key, service }: KeyStep): Generator<undefined, void> {
  if (shape.family === AF_INET) {
    storeWord(table, shape.serviceWord(place), service)
    yield
    storePair(table, shape.keyWord(place), key.words[0]!, key.tail)
  } else {
    table.words.set(key.words, shape.addressWord(place))
    yield
    storePair(table, shape.keyWord(place), service, key.tail)
  }
}

function setKeyService(table: Table, { shape, place, service }: KeyStep): void {
  storeWord(table, shape.serviceWord(place), service)
}

function* writeMembers({ words }: Table, ids: Uint32Array, rows: Uint32Array): Generator<undefined, void> {
  const first = ids[0]!
  if (ids[ids.length - 1]! - first === ids.length - 1 && ids.every((id, i) => id === first + i)) {
    words.set(rows, first * MEMBER_WORDS)
    return
  }
  for (let i = 0; i < ids.length; i++) {
    words.set(rows.subarray(i * MEMBER_WORDS, (i + 1) * MEMBER_WORDS), ids[i]! * MEMBER_WORDS)
    yield
  }
}

function* storeEach(
  array: Uint32Array | Uint16Array,
  at: Uint32Array,
  values: Uint32Array | Uint16Array,
): Generator<undefined, void> {
  for (let i = 0; i < at.length; i++) {
    Atomics.store(array, at[i]!, values[i]!)
    yield
  }
}

function zero({ words, entries }: Table, at: number, count: number): void {
  const width = words.length / entries
  words.fill(0, at * width, (at + count) * width)
}

/** The word that says "used" goes first, so that a half-zeroed member is a free one. */
function* zeroMembers({ words }: Table, ids: Uint32Array): Generator<undefined, void> {
  for (const id of ids) {
    Atomics.store(words, id * MEMBER_WORDS + MEMBER.tail, 0)
    yield
    words.fill(0, id * MEMBER_WORDS, (id + 1) * MEMBER_WORDS)
  }
}

/** The family goes first, so that a half-zeroed service is a free one. The generation stays. */
function* zeroService({ words }: Table, at: number): Generator<undefined, void> {
  Atomics.store(words, at + SERVICE.tail, 0)
  yield
  words.fill(0, at, at + SERVICE.tail)
  words[at + SERVICE.flags]! &= 0xffff0000
}

function storeWord({ words }: Table, at: number, value: number): void {
  Atomics.store(words, at, value)
}

/** Two neighbouring words in one store. */
function storePair({ longs }: Table, at: number, low: number, high: number): void {
  Atomics.store(longs, at >>> 1, (BigInt(high) << 32n) | BigInt(low))
}
