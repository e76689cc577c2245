import type { FamilyRib } from '../rib/family-rib.ts'
import { grown } from '../rib/prefix-table.ts'
import type { Rib } from '../rib/rib.ts'
import type { Family } from '../wire/family.ts'
import { Choice } from './choice.ts'
import { Packer } from './packer.ts'
import type { PeerView } from './view.ts'

const FIRST = 64
const CLEAN = 0
const QUEUED = 1
/** To be sent even if the peer has it. */
const FORCED = 2

/** What one peer has been told of one family, and what it is still to be told: 5 bytes a prefix. */
export class AdjOut implements Disposable {
  readonly #routes: FamilyRib
  readonly #choice: Choice
  /** By prefix: the number of what the peer was told last; 0: nothing. */
  #sent: Uint32Array = new Uint32Array(FIRST)
  #state: Uint8Array = new Uint8Array(FIRST)
  #queue: Uint32Array = new Uint32Array(FIRST)
  #queued = 0
  #told = 0
  #messages = 0

  constructor(rib: Rib, family: Family, view: PeerView) {
    this.#routes = rib.family(family)
    this.#choice = new Choice(rib, family, view)
    this.refresh()
  }

  /** How many prefixes the peer has been told. */
  get size(): number {
    return this.#told
  }

  /** How many prefixes wait. */
  get pending(): number {
    return this.#queued
  }

  /** UPDATEs that were made. */
  get messages(): number {
    return this.#messages
  }

  /** Whether the peer has been told of the prefix. */
  has(id: number): boolean {
    return id < this.#sent.length && this.#sent[id] !== 0
  }

  /** Something about the prefix has changed. */
  changed(id: number): void {
    this.#enqueue(id, QUEUED)
  }

  forget(template: number): void {
    this.#choice.forget(template)
  }

  /** Everything is to be sent again. */
  refresh(): void {
    this.#enqueueAll(FORCED)
  }

  /** The peer looks at routes in another way from now on. */
  review(view: PeerView): void {
    this.#choice.review(view)
    this.#enqueueAll(QUEUED)
  }

  /**
   * What has changed since the peer was told, in chunks of whole messages: first what is withdrawn, then routes with the
   * same attributes together. What changes while this runs waits for the next.
   */
  *flush(): Generator<Uint8Array, void, undefined> {
    const packer = new Packer(this.#routes.prefixes)
    const round = this.#take()
    let at = 0
    try {
      while (at < round.ids.length) {
        this.#finish(round, at++, packer)
        if (packer.hasFull) yield* packer.full()
      }
      yield* packer.end()
    } finally {
      this.#messages += packer.messages
      // The session may be gone before all is told.
      for (let rest = at; rest < round.ids.length; rest++) this.#finish(round, rest, undefined)
    }
  }

  /** Forgets the peer. */
  [Symbol.dispose](): void {
    for (let id = 0; id < this.#sent.length; id++) if (this.#sent[id] !== 0) this.#routes.drop(id)
    for (let i = 0; i < this.#queued; i++) this.#routes.drop(this.#queue[i]!)
    this.#queued = 0
    this.#sent = new Uint32Array()
  }

  #enqueueAll(state: number): void {
    for (let id = 0; id < this.#routes.prefixes.end; id++)
      if (this.#routes.has(id) || this.has(id)) this.#enqueue(id, state)
  }

  #enqueue(id: number, state: number): void {
    this.#room(id)
    const before = this.#state[id]!
    if (before < state) this.#state[id] = state
    if (before !== CLEAN) return
    this.#routes.hold(id)
    if (this.#queued === this.#queue.length) this.#queue = grown(this.#queue, 2 * this.#queued)
    this.#queue[this.#queued++] = id
  }

  /** Tells the peer of one prefix, unless that has changed again; without a packer it is forgotten. */
  #finish({ ids, numbers }: Round, at: number, packer: Packer | undefined): void {
    const id = ids[at]!
    const number = numbers[at]!
    if (packer && this.#state[id] === CLEAN) this.#tell(id, number, packer)
    if (number !== 0) this.#choice.outgoing.release(number)
    this.#routes.drop(id)
  }

  #tell(id: number, number: number, packer: Packer): void {
    const before = this.#sent[id]!
    if (number === 0) packer.withdraw(id)
    else packer.announce(id, this.#choice.outgoing.get(number))
    this.#sent[id] = number
    if (number !== 0) this.#choice.outgoing.retain(number)
    if (before === 0) this.#routes.hold(id)
    else this.#choice.outgoing.release(before)
    this.#told += (number === 0 ? 0 : 1) - (before === 0 ? 0 : 1)
    if (number === 0) this.#routes.drop(id)
  }

  /** Empties the queue: what the peer is to be told, in the order of what is said; withdrawals come first. */
  #take(): Round {
    const queue = this.#queue.subarray(0, this.#queued)
    const numbers = new Uint32Array(queue.length)
    let kept = 0
    for (const id of queue) {
      const forced = this.#state[id] === FORCED
      this.#state[id] = CLEAN
      const number = this.#choice.of(id)
      if (number === this.#sent[id]! && (number === 0 || !forced)) {
        this.#routes.drop(id)
        continue
      }
      if (number !== 0) this.#choice.outgoing.retain(number)
      numbers[kept] = number
      queue[kept++] = id
    }
    this.#queue = new Uint32Array(FIRST)
    this.#queued = 0
    return inOrder(queue.subarray(0, kept), numbers.subarray(0, kept))
  }

  #room(id: number): void {
    if (id < this.#sent.length) return
    const { capacity } = this.#routes.prefixes
    this.#sent = grown(this.#sent, capacity)
    const state = new Uint8Array(capacity)
    state.set(this.#state)
    this.#state = state
  }
}

interface Round {
  readonly ids: Uint32Array
  /** What is said of each; 0: that it is gone. */
  readonly numbers: Uint32Array
}

/** Sorts by number; within one, the order stays. */
function inOrder(ids: Uint32Array, numbers: Uint32Array): Round {
  const [first] = numbers
  if (numbers.every((number) => number === first)) return { ids, numbers }
  const starts = new Uint32Array(numbers.reduce((most, one) => Math.max(most, one), 0) + 2)
  for (const number of numbers) starts[number + 1]!++
  for (let i = 1; i < starts.length; i++) starts[i]! += starts[i - 1]!
  const sorted = { ids: new Uint32Array(ids.length), numbers: new Uint32Array(ids.length) }
  for (let i = 0; i < ids.length; i++) {
    const at = starts[numbers[i]!]!++
    sorted.ids[at] = ids[i]!
    sorted.numbers[at] = numbers[i]!
  }
  return sorted
}
