import { type Actual, hasLeftovers, NO_BLOCK } from './actual.ts'
import type { Now } from './clock.ts'
import { copySlots } from './copy-slots.ts'
import { Crowd } from './crowd.ts'
import { Draft } from './draft.ts'
import { formatKey } from './key.ts'
import { MEMBER_LINE_IDS, PHASE, SERVICE, SERVICE_WORDS } from './layout.ts'
import { memberDrains, type Ring, ringOf } from './lookup.ts'
import { membersOf } from './members.ts'
import { recordsEverything } from './modes.ts'
import { ageSlot, restartSlot } from './move-slot.ts'
import { frontendOf, type Plan } from './plan.ts'
import { recordsOf, scanRecords, slotOfTag } from './records.ts'
import { asksPrevious, isMoving, movePlace, numberOf, phaseOf, type Slots, slotWord } from './slots.ts'

/**
 * What time has brought: slots go on to their next phase, a slot that is settled and whose old connections are over comes
 * to rest, members that nothing refers to any more are released, records that nobody needs are given back. Pure, as
 * {@link plan} is; there is nothing to do unless `actual.unsettled` has services. What a killed run has left is for a plan to
 * clean up first. To be called every second or so. Problems: services whose moves cannot end, for want of records.
 */
export function advance(actual: Actual, now: Now): Plan {
  if (hasLeftovers(actual)) return { steps: [], after: actual, changes: [], problems: [], planAgain: false }
  const draft = new Draft(actual, now)
  for (const id of actual.unsettled) new ServiceAdvance(draft, id).plan()
  const steps = [...draft.publish, ...draft.lastSteps]
  return { steps, after: draft.finish(), changes: [], problems: draft.problems, planAgain: false }
}

class ServiceAdvance {
  readonly #draft: Draft
  readonly #id: number
  readonly #flags: number
  readonly #ring: Ring | undefined
  readonly #slots: Slots | undefined
  /** Slots in which somebody else than their member has a live connection. */
  readonly #busy = new Set<number>()
  /** Members that connections may still be sent to. */
  readonly #used = new Set<number>()
  readonly #dead: number[] = []
  readonly #crowd: Crowd

  constructor(draft: Draft, id: number) {
    const { maps } = draft
    this.#draft = draft
    this.#id = id
    this.#flags = maps.services.words[id * SERVICE_WORDS + SERVICE.flags]! & 0xffff
    this.#ring = ringOf(maps, id)
    this.#slots = this.#ring && copySlots(maps, this.#ring, 1 << this.#ring.log2)
    this.#crowd = new Crowd(recordsOf(maps, id))
  }

  plan(): void {
    this.#readRecords()
    if (this.#slots && this.#ring) this.#age(this.#slots, this.#ring)
    this.#clearDead()
    const isQuiet = !this.#slots || !isMoving(this.#slots.words)
    const keepsRecords = !isQuiet || recordsEverything(this.#flags)
    if (!keepsRecords) this.#releaseRecords()
    const drain = this.#releaseDrained()
    if (!keepsRecords && drain === 0) this.#draft.unsettled.delete(this.#id)
  }

  #readRecords(): void {
    const { maps, now } = this.#draft
    const { log2 = 0 } = this.#ring ?? {}
    scanRecords(maps, this.#id, now.recordTime, (at, tag, number, isLive) => {
      if (!isLive) this.#dead.push(at)
      if (!isLive) return
      this.#crowd.add(at)
      this.#used.add(number)
      const slot = slotOfTag(tag, log2)
      if (this.#slots && numberOf(this.#slots.words[slot]!) !== number) this.#busy.add(slot)
    })
  }

  #age(slots: Slots, ring: Ring): void {
    const { durations, publish, now } = this.#draft
    const [moveSeconds = 0, idleSeconds = 0] = durations.subarray(2 * this.#id, 2 * this.#id + 2)
    const lasts = { moveSeconds, idleSeconds }
    const waits = this.#crowd.isDense
    const changed: number[] = []
    const aged: number[] = []
    let waiting = 0
    for (let slot = 0; slot < slots.words.length; slot++) {
      const word = slots.words[slot]!
      this.#use(slots, slot)
      if (waits && phaseOf(word) === PHASE.harvest) {
        waiting++
        if (restartSlot(slots, slot, now.seconds)) aged.push(slot)
      } else if (asksPrevious(phaseOf(word))) {
        if (idleSeconds > 0 && ageSlot(slots, slot, now.seconds, lasts)) aged.push(slot)
      } else if (phaseOf(word) === PHASE.settled && !this.#busy.has(slot)) {
        slots.words[slot] = slotWord(PHASE.stable, numberOf(word))
      }
      if (slots.words[slot] !== word) changed.push(slot)
    }
    if (waiting > 0) this.#tellCrowd(waiting)
    this.#noteSince(slots, ring, aged)
    if (changed.length === 0) return
    publish.push({
      do: 'set-slots',
      ring,
      at: Uint32Array.from(changed),
      numbers: Uint16Array.from(changed, (slot) => slots.words[slot]!),
    })
    this.#draft.needsGrace()
  }

  #tellCrowd(waiting: number): void {
    const { maps, problems } = this.#draft
    const { live, size } = this.#crowd
    const path = formatKey(frontendOf(maps, this.#id))
    const message = `${live} of its ${size} records are in use, and some connections find no place to be recorded; ${waiting} slots wait to change hands until fewer are: for its next change declare more \`records\` for it, and raise capacities.records`
    problems.push({ code: 'CROWDED', path, message })
  }

  /** As the slot is until now: a packet under way may yet be sent to its previous member, and be recorded there. */
  #use({ words, previous }: Slots, slot: number): void {
    const word = words[slot]!
    this.#used.add(numberOf(word))
    if (asksPrevious(phaseOf(word))) this.#used.add(previous[slot]!)
  }

  #noteSince({ previous, since }: Slots, ring: Ring, aged: readonly number[]): void {
    if (aged.length === 0) return
    this.#draft.publish.push({
      do: 'set-moves',
      ring,
      at: Uint32Array.from(aged, movePlace),
      previous: Uint16Array.from(aged, (slot) => previous[slot]!),
      since: Uint16Array.from(aged, (slot) => since[slot]!),
    })
  }

  /** What has long been dead would look young again when its time has wrapped. */
  #clearDead(): void {
    if (this.#dead.length === 0) return
    const { longs } = this.#draft.maps.records
    const words = BigUint64Array.from(this.#dead, (at) => longs[at]!)
    this.#draft.publish.push({ do: 'clear-records', at: Uint32Array.from(this.#dead), words })
  }

  #releaseRecords(): void {
    const block = recordsOf(this.#draft.maps, this.#id)
    if (!block) return
    this.#draft.publish.push({ do: 'set-service', id: this.#id, word: SERVICE.records, value: 0 })
    this.#draft.releaseRecords(block)
  }

  /** How many still drain. */
  #releaseDrained(): number {
    const { maps, memberOrders, reclaim } = this.#draft
    const order = memberOrders[this.#id]!
    if (order === NO_BLOCK) return 0
    const members = membersOf(maps, this.#id, order).filter(({ id }) => memberDrains(maps, id))
    const over = members.filter(({ number }) => !this.#used.has(number))
    if (over.length === 0) return members.length
    const start = maps.services.words[this.#id * SERVICE_WORDS + SERVICE.members]! * MEMBER_LINE_IDS
    const at = Uint32Array.from(over, ({ number }) => start + number)
    reclaim.push({ do: 'set-member-ids', at, ids: new Uint32Array(at.length) })
    this.#draft.releaseMembers(over.map(({ id }) => id))
    return members.length - over.length
  }
}
