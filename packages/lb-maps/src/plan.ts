import type { Actual } from './actual.ts'
import { formatWords } from './address.ts'
import { shapes } from './bucket.ts'
import { fullMessage } from './capacity.ts'
import type { ServiceChange } from './changes.ts'
import { type Now, systemClock } from './clock.ts'
import { Draft, type PlanProblem } from './draft.ts'
import { invalid } from './error.ts'
import { addressKey, formatKey, keyText, type ServiceKey } from './key.ts'
import { NO_MEMBER_LINES, SERVICE, SERVICE_ADDRESS_ONLY, SERVICE_WORDS, type Family } from './layout.ts'
import { ringOf } from './lookup.ts'
import type { LbMaps } from './maps.ts'
import { membersOf } from './members.ts'
import { ServicePlan } from './plan-service.ts'
import { NO_SOURCE_INDEX, SourcePlan } from './plan-sources.ts'
import type { Desired } from './service.ts'
import type { SourcedTable } from './sourced-table.ts'
import type { Step } from './steps.ts'
import { readDesired, type Wanted, type WantedTable } from './wanted.ts'

/** What to write so that the maps hold what is desired. */
export interface Plan {
  /** In this order, one after another. Empty when nothing is to be done. */
  readonly steps: readonly Step[]
  /** What the maps hold when all steps are done. */
  readonly after: Actual
  /** What changes, service by service. */
  readonly changes: readonly ServiceChange[]
  /** What is left out, and why; everything else is in the steps. */
  readonly problems: readonly PlanProblem[]
  /** Something did not fit, but this plan frees or moves things: a plan made after it may find room. */
  readonly planAgain: boolean
}

/**
 * Compares what is desired with what is in the maps and works out the difference: members and rings first, into memory
 * that no packet reads, then what makes them visible, and what is freed is zeroed after a grace period. Writes nothing, and
 * gives the same steps for the same input. `now`: when slots begin to change hands. `defers`: members whose backends are
 * gone drain until an `advance`, before which a grace period is due. Throws INVALID, listing every problem, when the input is
 * not right.
 */
export function plan(desired: Desired, actual: Actual, now: Now = systemClock(), defers = false): Plan {
  const wanted = readDesired(desired, actual.maps.hashKey, now.epochSeconds)
  if (!('services' in wanted)) throw invalid('plan services', wanted)
  return new Planner(wanted, actual, now, defers).plan()
}

class Planner {
  readonly #draft: Draft
  readonly #wanted: WantedTable
  readonly #maps: LbMaps
  /** By position in `wanted.services`: the id in the maps, or 0. */
  readonly #ids: Uint32Array
  readonly #addresses = new Map<string, ServiceKey>()

  constructor(wanted: WantedTable, actual: Actual, now: Now, defers: boolean) {
    this.#draft = new Draft(actual, now, defers)
    this.#wanted = wanted
    this.#maps = actual.maps
    this.#ids = new Uint32Array(wanted.services.length)
    this.#draft.problems.push(...wanted.withoutSource.map((problem) => ({ code: 'NO_SOURCE' as const, ...problem })))
  }

  plan(): Plan {
    const draft = this.#draft
    this.#cleanUp()
    this.#match()
    const sources = new SourcePlan(draft, this.#wanted)
    sources.makeWay(this.#wanted)
    this.#removeServices(sources)
    const round = sources.write()
    this.#writeServices({ ...this.#wanted, sourceIndexes: sources.indexes() }, round)
    this.#giveAwayAddressKeys(sources)
    const steps = this.#steps(round)
    const full = draft.problems.some(({ code }) => code === 'FULL')
    const after = draft.finish()
    return { steps, after, changes: draft.changes, problems: draft.problems, planAgain: full && steps.length > 0 }
  }

  /** What a killed run left behind. */
  #cleanUp(): void {
    const { actual, prepare, tables } = this.#draft
    const { places, overflow, services, impostors, members, entries, records, sources } = actual.leftovers
    for (const { shape, place } of places) tables[shape.family].removeStray(place)
    for (const { shape, bucket, by } of overflow) tables[shape.family].repairOverflow(bucket, by)
    if (entries.length > 0)
      prepare.push({ do: 'set-member-ids', at: Uint32Array.from(entries), ids: new Uint32Array(entries.length) })
    for (const id of records) prepare.push({ do: 'set-service', id, word: SERVICE.records, value: 0 })
    for (const id of services) this.#draft.releaseService(id)
    for (const id of impostors) this.#draft.releaseRecord(id)
    this.#draft.releaseMembers(members)
    for (const at of sources) this.#draft.release({ do: 'zero', table: 'sources', at, entries: 1 }, () => undefined)
  }

  #match(): void {
    this.#wanted.services.forEach(({ key }, i) => {
      this.#ids[i] = this.#draft.tableFor(key).find(key)?.service ?? 0
      const address = addressKey(key.family, key.words)
      this.#addresses.set(keyText(address), address)
    })
  }

  #removeServices(sources: SourcePlan): void {
    const { services, impostors, addresses } = this.#draft.actual.leftovers
    const stays = new Set([...this.#ids, ...services, ...impostors])
    for (let id = 1; id < this.#maps.services.entries; id++) {
      const family = this.#maps.services.words[id * SERVICE_WORDS + SERVICE.tail]! >>> 24
      if (family !== 0 && !stays.has(id)) this.#removeService(id, family as Family, sources)
    }
    for (const address of addresses) this.#leaveAddress(address, sources)
  }

  #removeService(id: number, family: Family, sources: SourcePlan): void {
    const draft = this.#draft
    const key = frontendOf(this.#maps, id)
    const ring = ringOf(this.#maps, id)
    const order = draft.memberOrders[id]!
    draft.changes.push({
      frontend: formatKey(key),
      kind: 'remove',
      slots: { before: ring ? 1 << ring.log2 : 0, after: 0 },
      moved: ring ? 1 : 0,
      members: { added: 0, removed: order < 0 ? 0 : membersOf(this.#maps, id, order).length, kept: 0 },
    })
    draft.tableFor(key).remove(key)
    draft.releaseService(id)
    this.#leaveAddress(addressKey(family, key.words), sources)
  }

  /** An address goes with its last service, unless it is, or becomes, the load balancer's own. */
  #leaveAddress(address: ServiceKey, sources: SourcePlan): void {
    const text = formatWords(address.words, 0, address.family)
    if (this.#addresses.has(keyText(address)) || sources.has(text) || this.#draft.sources.has(text)) return
    this.#draft.tableFor(address).remove(address)
  }

  /**
   * Addresses that were the load balancer's own until now; where they stand when all else is written. One that is both stays
   * its own: so packets that are not for the services go on to the host.
   */
  #giveAwayAddressKeys(sources: SourcePlan): void {
    const { givenAway } = this.#draft
    for (const key of this.#addresses.values()) {
      if (sources.has(formatWords(key.words, 0, key.family))) continue
      const table = this.#draft.tableFor(key)
      const found = table.find(key)
      if (found && found.service !== SERVICE_ADDRESS_ONLY) givenAway.push(table.change(key, SERVICE_ADDRESS_ONLY))
    }
  }

  #writeServices(table: SourcedTable, round: number): void {
    for (const key of this.#addresses.values()) this.#insertAddress(key, round)
    this.#wanted.services.forEach((service, i) => {
      if (this.#lacksSource(table, service)) return
      const id = this.#ids[i]!
      if (id === 0) this.#add(table, service, round)
      else this.#keep(table, service, id)
    })
  }

  #insertAddress(key: ServiceKey, round: number): void {
    const table = this.#draft.tableFor(key)
    if (table.find(key) || table.insert(key, SERVICE_ADDRESS_ONLY, round) !== undefined) return
    this.#draft.full(key, fullMessage(this.#draft.filled, table.shape.table, 'its address'))
  }

  #lacksSource({ sourceIndexes }: SourcedTable, { key, start, count }: Wanted): boolean {
    const lacks = sourceIndexes.subarray(start, start + count).includes(NO_SOURCE_INDEX)
    if (lacks) this.#draft.full(key, 'an own address towards its backends found no place; it stays as it is')
    return lacks
  }

  #isKnown({ digest }: Wanted, id: number): boolean {
    const { digests } = this.#draft
    return digests[2 * id] === digest[0] >>> 0 && digests[2 * id + 1] === digest[1] >>> 0
  }

  #add(table: SourcedTable, service: Wanted, round: number): void {
    const draft = this.#draft
    const id = draft.serviceIds.take()
    if (id === undefined) return draft.full(service.key, fullMessage(draft.filled, 'services', 'the service'))
    const made = new ServicePlan(draft, table, service, id, true)
    if (!made.take()) return draft.serviceIds.give(id)
    const keys = draft.tableFor(service.key)
    if (keys.insert(service.key, id, round) === undefined) {
      draft.full(service.key, fullMessage(draft.filled, keys.shape.table, 'its key'))
      made.giveUp()
      return draft.serviceIds.give(id)
    }
    const words = serviceRecord(this.#maps, service.key, id)
    made.firstWords(words)
    this.#noteDurations(service, id)
    draft.prepare.push({ do: 'write-service', id, words })
    made.write()
  }

  #keep(table: SourcedTable, service: Wanted, id: number): void {
    this.#noteDurations(service, id)
    if (this.#isKnown(service, id)) return
    const made = new ServicePlan(this.#draft, table, service, id, false)
    if (made.take()) made.write()
  }

  #noteDurations({ policy }: Wanted, id: number): void {
    const { durations } = this.#draft
    durations[2 * id] = policy.moveSeconds
    durations[2 * id + 1] = policy.idleSeconds
  }

  /** Rounds of table steps with a grace period between one and the next; in round `at` the services stand ready. */
  #steps(at: number): Step[] {
    const { sourceWrites, takenOver, newMembers, prepare, publish, tables } = this.#draft
    const rounds = Math.max(tables[2].rounds, tables[10].rounds, prepare.length + publish.length > 0 ? at + 1 : 0)
    const steps: Step[] = [...sourceWrites, ...takenOver]
    for (let round = 0; round < rounds; round++) {
      if (round > 0) steps.push({ do: 'grace' })
      steps.push(...shapes.flatMap((shape) => tables[shape.family].firstSteps(round)))
      if (round === at) steps.push(...newMembers.steps, ...prepare, ...publish)
      steps.push(...shapes.flatMap((shape) => tables[shape.family].lastSteps(round)))
    }
    return [...steps, ...this.#draft.lastSteps]
  }
}

/** The frontend of a service, as the key that leads to it. */
export function frontendOf({ services }: LbMaps, id: number): ServiceKey {
  const at = id * SERVICE_WORDS
  const family = (services.words[at + SERVICE.tail]! >>> 24) as Family
  const words = services.words.slice(at + SERVICE.address, at + SERVICE.address + 4)
  return { family, words, tail: ((services.words[at + SERVICE.tail]! & 0xffffff) | (1 << 24)) >>> 0 }
}

/** Everything of a service but ring and members, with the next generation: the id has another frontend now. */
function serviceRecord({ services }: LbMaps, { family, words, tail }: ServiceKey, id: number): Uint32Array {
  const record = new Uint32Array(SERVICE_WORDS)
  const generation = (services.words[id * SERVICE_WORDS + SERVICE.flags]! >>> 16) + 1
  record[SERVICE.members] = NO_MEMBER_LINES
  record.set(words, SERVICE.address)
  record[SERVICE.tail] = (tail & 0xffffff) | (family << 24)
  record[SERVICE.flags] = generation << 16
  return record
}
