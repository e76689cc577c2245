import { orderFor } from './blocks.ts'
import { fullMessage } from './capacity.ts'
import { changeSlots, setMoves } from './change-slots.ts'
import { copySlots } from './copy-slots.ts'
import type { Draft } from './draft.ts'
import type { Fates } from './fates.ts'
import { RING_LINE_SLOTS, RING_LOG2_BITS, RING_SLOT_EMPTY } from './layout.ts'
import { type Ring, ringOf, ringSlots } from './lookup.ts'
import { fillRing } from './maglev.ts'
import { slotsFromHistory } from './move-history.ts'
import { moveSlot } from './move-slot.ts'
import { recordsEverything, remembersMoves } from './modes.ts'
import { movedShare } from './moved.ts'
import { asksPrevious, isMoving, numberOf, phaseOf, type Slots } from './slots.ts'
import type { Step } from './steps.ts'
import { type BackendTable, columnsOf, type Wanted } from './wanted.ts'

const none = new Uint16Array(0)

/** Plans one service's ring: which slots it has, which of them change hands, and where they stand. */
export class RingPlan {
  readonly #draft: Draft
  readonly #table: BackendTable
  readonly #wanted: Wanted
  readonly #id: number
  readonly #numbers: Uint16Array
  readonly #fates: Fates
  readonly #old: Ring | undefined
  readonly #oldWords: Uint16Array
  /** Slots that the backends ask for. */
  readonly #wantedSize: number
  /** Who shall have them; nothing as long as there is no ring to compare it with: it is filled where it stands then. */
  readonly #target: Uint16Array
  #slots: Slots | undefined
  #words: Uint16Array = none
  #block: { readonly base: number; readonly order: number } | undefined
  #isDone = true

  /** `id`: 0 for a service that is new. `numbers`: by row. */
  constructor(draft: Draft, table: BackendTable, wanted: Wanted, id: number, numbers: Uint16Array, fates: Fates) {
    this.#draft = draft
    this.#table = table
    this.#wanted = wanted
    this.#id = id
    this.#numbers = numbers
    this.#fates = fates
    this.#old = id === 0 ? undefined : ringOf(draft.maps, id)
    this.#oldWords = this.#old ? ringSlots(draft.maps, this.#old) : none
    this.#wantedSize = this.#takesConnections() ? wanted.ringSize : 0
    this.#target = this.#old && this.#wantedSize > 0 ? this.#fillTarget() : none
    this.compute(true)
  }

  /** Slots of the ring as it will be; 0 when there is none. */
  get size(): number {
    return this.#isFirst ? this.#wantedSize : this.#words.length
  }

  get oldSize(): number {
    return this.#oldWords.length
  }

  /** The share of it, 0 to 1, that finds other backends than before. */
  get moved(): number {
    if (this.#isFirst) return this.size === 0 ? 0 : 1
    return movedShare(this.#oldWords, this.#words)
  }

  /** Does a slot change hands, so that records are needed? */
  get moves(): boolean {
    return this.#slots !== undefined && isMoving(this.#words)
  }

  /** False when there is more to do as soon as slots have settled or there is room. */
  get isDone(): boolean {
    return this.#isDone
  }

  /** Numbers that a packet may still be sent to by a slot, as it is or as it will be. */
  addUsed(numbers: Set<number>): void {
    for (const word of this.#oldWords) numbers.add(numberOf(word))
    const { previous } = this.#slots ?? {}
    for (let slot = 0; slot < this.#words.length; slot++) {
      const word = this.#words[slot]!
      numbers.add(numberOf(word))
      if (previous && asksPrevious(phaseOf(word))) numbers.add(previous[slot]!)
    }
  }

  /** Works the slots out. `remembers`: there are records, or there can be. */
  compute(remembers: boolean): void {
    this.#isDone = true
    const { flags } = this.#wanted.policy
    if (!this.#old) this.#slots = remembers && remembersMoves(flags) ? this.#startFromHistory() : undefined
    else if (remembersMoves(flags)) this.#slots = this.#moveFrom(this.#old, remembers)
    else this.#words = this.#keepsEmpty(flags) ? this.#emptied() : this.#target
    if (this.#slots) this.#words = this.#slots.words
  }

  /** Is it the service's first ring, which nobody has had other connections by? */
  get #isFirst(): boolean {
    return this.#old === undefined && this.#slots === undefined
  }

  /** Without a ring the program would not look for records: flows that live need one, if only of empty slots. */
  #keepsEmpty(flags: number): boolean {
    return recordsEverything(flags) && this.#target.length === 0
  }

  #emptied(): Uint16Array {
    return new Uint16Array(this.#oldWords.length).fill(RING_SLOT_EMPTY)
  }

  /** Takes a block where one is needed; why there is none. `linesMove`: its numbers come to be read from other lines. */
  take(linesMove: boolean, undo: (() => void)[]): string | undefined {
    const { size } = this
    if (size === 0 || (size === this.oldSize && !linesMove)) return undefined
    const { rings } = this.#draft
    const order = orderFor(size / RING_LINE_SLOTS)
    const base = rings.take(order)
    if (base === undefined) return fullMessage(this.#draft.filled, 'rings', `a ring of ${size} slots in one piece`)
    undo.push(() => rings.give(base, order))
    this.#block = { base, order }
    return undefined
  }

  /** Drafts the steps; the word that the service's record shall hold. */
  write(): number {
    const { prepare } = this.#draft
    const { size } = this
    if (size === 0) return 0
    if (!this.#block) {
      changeSlots(this.#draft, this.#old!, this.#oldWords, this.#words, this.#slots)
      return ringWord(this.#old!)
    }
    const { base } = this.#block
    const ring = { base, log2: Math.log2(size) }
    if (this.#isFirst) prepare.push(this.#fillStep(base))
    else prepare.push({ do: 'write-ring', base, slots: this.#words })
    if (this.#slots && isMoving(this.#words)) setMoves(prepare, ring, this.#slots, () => true)
    return ringWord(ring)
  }

  /** Drafts the end of the ring that was, if another takes its place. */
  releaseOld(): void {
    if (!this.#old) return
    if (this.#block || this.size === 0) this.#draft.releaseRing(this.#old, this.#id)
    else if (!remembersMoves(this.#wanted.policy.flags)) this.#draft.clearMoves(this.#old, this.#id)
  }

  putBack(): void {
    if (this.#target.length > 0) this.#draft.arena.putBack(this.#target)
  }

  /** Is the target written straight from the arena? Then it has to stay there. */
  get keepsTarget(): boolean {
    return this.#words === this.#target && this.#block !== undefined
  }

  #takesConnections(): boolean {
    const { start, count } = this.#wanted
    for (let row = start; row < start + count; row++) if (this.#table.weights[row]! > 0) return true
    return false
  }

  #fillTarget(): Uint16Array {
    return this.#fill(this.#table.weights, this.#wanted.start, this.#draft.arena.take(this.#wantedSize))
  }

  #fillStep(base: number): Step {
    const backends = columnsOf(this.#table, this.#wanted)
    return { do: 'fill-ring', base, size: this.#wantedSize, backends, numbers: this.#numbers }
  }

  /** `weights` start with the service's first row at `from`. */
  #fill(weights: Uint32Array, from: number, into: Uint16Array): Uint16Array {
    const { start, count } = this.#wanted
    const hashes = this.#table.hashes.subarray(2 * start)
    fillRing(into, { start: 0, count, hashes, weights: weights.subarray(from) }, this.#numbers)
    return into
  }

  #startFromHistory(): Slots | undefined {
    const { ringSize, start, count } = this.#wanted
    const { now } = this.#draft
    if (!this.#table.times.has(start, count)) return undefined
    const slots = slotsFromHistory(this.#table, this.#wanted, now, (weights) =>
      this.#fill(weights, 0, new Uint16Array(ringSize)),
    )
    return isMoving(slots.words) ? slots : undefined
  }

  /** A ring that grows repeats its slots first; one that shall be smaller repeats what it wants until all has settled. */
  #moveFrom(old: Ring, remembers: boolean): Slots | undefined {
    const { policy } = this.#wanted
    if (this.#canReplace()) {
      this.#words = this.#target
      return undefined
    }
    const size = Math.max(this.#target.length, this.#oldWords.length)
    const slots = copySlots(this.#draft.maps, old, size)
    const repeated = size / this.#target.length
    const rules = { ...this.#fates, firstPhase: policy.firstPhase, now: this.#draft.now.seconds, remembers }
    for (let slot = 0; slot < size; slot++) {
      const to = this.#target.length === 0 ? RING_SLOT_EMPTY : this.#target[Math.floor(slot / repeated)]!
      moveSlot(slots, slot, to, rules)
      if (numberOf(slots.words[slot]!) !== to) this.#isDone = false
    }
    if (size !== this.#target.length) this.#isDone = false
    return slots
  }

  /** Is the wanted ring smaller, or none, and leads nobody elsewhere than the one there is? */
  #canReplace(): boolean {
    if (this.#target.length >= this.#oldWords.length) return false
    const repeated = this.#oldWords.length / this.#target.length
    return this.#oldWords.every((word, slot) =>
      this.#target.length === 0 ? word === RING_SLOT_EMPTY : word === this.#target[Math.floor(slot / repeated)],
    )
  }
}

function ringWord({ base, log2 }: Ring): number {
  return ((base << RING_LOG2_BITS) | log2) >>> 0
}
