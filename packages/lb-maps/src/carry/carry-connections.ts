import { NatSeen, NatState } from '@skep/datapath/lb-xdp'
import { type NatFacts, type NatHash, NatHasher } from './nat-hash.ts'
import { claimPlace, isOnlyTag, placeAfter, placesOf, wordOf } from './nat-places.ts'
import { BUSY, ENTRY, ENTRY_WORDS, LINE, type NatTables } from './nat-tables.ts'

/** What became of the connections of the smaller tables. */
export interface Carried {
  /** Put into the larger ones. */
  readonly added: number
  /** Were there, and have been brought up to date where that was needed. */
  readonly known: number
  /** Not in any service's hands any more, or their place and port are another's by now. */
  readonly left: number
}

export interface CarryOptions {
  /** No program works on the larger tables yet: what differs there is of an earlier time. */
  readonly unused?: boolean
}

/**
 * Carries the connections of the NAT tables into larger ones, each with its own port and backend. May be done again at any
 * time, also while a program works on either of them: it writes as bpf/lib/nat_open.h does. So a second time, after the last
 * packet has gone through the smaller tables, carries what was opened or changed meanwhile.
 */
export function carryConnections(
  from: NatTables,
  to: NatTables,
  facts: NatFacts,
  { unused = false }: CarryOptions = {},
): Carried {
  const carrier = new Carrier(from, to, new NatHasher(facts), unused)
  const counts = { added: 0, known: 0, left: 0 }
  const { halves } = from.flows
  for (let place = 0; place < from.lines * LINE; place++) {
    if (halves[2 * place] !== 0 && halves[2 * place + 1]! < BUSY) counts[carrier.carry(place)]++
  }
  return counts
}

type Outcome = keyof Carried

class Carrier {
  readonly #from: NatTables
  readonly #to: NatTables
  readonly #hasher: NatHasher
  readonly #unused: boolean
  readonly #entry = new Uint32Array(ENTRY_WORDS)

  constructor(from: NatTables, to: NatTables, hasher: NatHasher, unused: boolean) {
    this.#from = from
    this.#to = to
    this.#hasher = hasher
    this.#unused = unused
  }

  carry(place: number): Outcome {
    const index = this.#from.flows.halves[2 * place + 1]!
    const entry = this.#entry
    entry.set(this.#from.entries.subarray(index * ENTRY_WORDS, (index + 1) * ENTRY_WORDS))
    if (stateIn(entry[ENTRY.state]!) === NatState.NAT_CLAIMED) return 'left'
    const hash = this.#hasher.flow(entry, 0)
    if (hash === undefined || hash.tag !== this.#from.flows.halves[2 * place]) return 'left'
    const known = this.#find(hash)
    if (known !== undefined) {
      if (this.#bringUpToDate(known * ENTRY_WORDS)) return 'known'
      if (!this.#unused) return 'left'
      this.#remove(known)
    }
    const preferred = placeAfter(hash, place, this.#from.lines, this.#to.lines)
    return preferred !== undefined && this.#add(hash, preferred, index) ? 'added' : 'left'
  }

  /** The index of the entry of the same flow. */
  #find(hash: NatHash): number | undefined {
    const { flows, entries, lines } = this.#to
    for (const at of placesOf(hash, lines)) {
      if (flows.halves[2 * at] !== hash.tag || flows.halves[2 * at + 1]! >= BUSY) continue
      const index = flows.halves[2 * at + 1]!
      const words = index * ENTRY_WORDS
      if (this.#isSame(entries, words, ENTRY.client, 4) && this.#isSame(entries, words, ENTRY.service, 1)) {
        const ports = entries[words + ENTRY.ports]! ^ this.#entry[ENTRY.ports]!
        if ((ports & 0xffff) === 0) return index
      }
    }
    return undefined
  }

  #isSame(entries: Uint32Array, at: number, word: number, count: number): boolean {
    for (let i = word; i < word + count; i++) if (entries[at + i] !== this.#entry[i]) return false
    return true
  }

  /** An earlier connection of the same flow, and its replies' word. */
  #remove(index: number): void {
    const { flows, replies, entries, lines } = this.#to
    const hash = this.#hasher.reply(entries, index * ENTRY_WORDS)
    for (const at of placesOf(hash, lines)) if (replies.longs[at] === wordOf(hash.tag, index)) replies.longs[at] = 0n
    flows.longs[index] = 0n
  }

  #add(hash: NatHash, preferred: number, before: number): boolean {
    const { flows, lines } = this.#to
    const mine = (place: number): bigint => wordOf(hash.tag, place | BUSY)
    const index = claimPlace(flows, { hash, preferred, lines }, mine)
    if (index === undefined) return false
    const published = isOnlyTag(flows, hash, lines, index) && this.#write(index, before)
    const word = published ? wordOf(hash.tag, index) : 0n
    Atomics.compareExchange(flows.longs, index, mine(index), word)
    return published
  }

  /** All of an entry, and the word by which replies find it; the state last. False where somebody else has its port. */
  #write(index: number, before: number): boolean {
    const at = index * ENTRY_WORDS
    const { entries } = this.#to
    const state = this.#entry[ENTRY.state]!
    this.#entry[ENTRY.state] = state & 0xffffff
    entries.set(this.#entry, at)
    this.#entry[ENTRY.state] = state
    if (!this.#claimReply(index, before)) return false
    Atomics.store(entries, at + ENTRY.state, state)
    return true
  }

  #claimReply(index: number, before: number): boolean {
    const hash = this.#hasher.reply(this.#entry, 0)
    const preferred = this.#replyAfter(hash, before)
    const { replies, lines } = this.#to
    if (preferred === undefined || !isOnlyTag(replies, hash, lines, -1)) return false
    const mine = wordOf(hash.tag, index)
    const at = claimPlace(replies, { hash, preferred, lines }, () => mine)
    if (at === undefined) return false
    if (isOnlyTag(replies, hash, lines, at)) return true
    Atomics.compareExchange(replies.longs, at, mine, 0n)
    return false
  }

  #replyAfter(hash: NatHash, entry: number): number | undefined {
    const { replies, lines } = this.#from
    for (const at of placesOf(hash, lines)) {
      if (replies.halves[2 * at] === hash.tag && replies.halves[2 * at + 1] === entry)
        return placeAfter(hash, at, lines, this.#to.lines)
    }
    return undefined
  }

  /** What both sides have sent is what either table knows of it. False where it is another connection of the same flow. */
  #bringUpToDate(at: number): boolean {
    const { entries } = this.#to
    const same = (entries[at + ENTRY.state]! ^ this.#entry[ENTRY.state]!) & 0xffff
    if (same !== 0 || !this.#isSame(entries, at, ENTRY.backend, 4)) return false
    const seen = this.#entry[ENTRY.seen]! & 0xffff00
    this.#renew(at)
    const together = change(entries, at + ENTRY.seen, (word) => word | seen)
    const state = stateOf(together)
    change(entries, at + ENTRY.state, (word) =>
      stateIn(word) === NatState.NAT_CLAIMED ? word : (word & 0xffffff) | (state << 24),
    )
    return true
  }

  #renew(at: number): void {
    const [seen, before] = [this.#entry[ENTRY.lastSeen]!, this.#to.entries[at + ENTRY.lastSeen]!]
    if ((seen - before) >> 0 > 0) Atomics.store(this.#to.entries, at + ENTRY.lastSeen, seen)
  }
}

/** Changes a word that a program may change at the same time; returns what it is then. */
function change(words: Uint32Array, at: number, how: (word: number) => number): number {
  for (;;) {
    const before = words[at]!
    const after = how(before) >>> 0
    if (after === before || Atomics.compareExchange(words, at, before, after) === before) return after
  }
}

function stateIn(word: number): number {
  return word >>> 24
}

/** The rules of bpf/lib/nat_entry.h: the state follows from what both sides have sent. */
function stateOf(word: number): number {
  const [client, member] = [(word >>> 8) & 0xff, (word >>> 16) & 0xff]
  const [either, both] = [client | member, client & member]
  if (either & NatSeen.NAT_SEEN_RST) return NatState.NAT_CLOSED
  if (either & NatSeen.NAT_SEEN_FIN) return both & NatSeen.NAT_SEEN_FIN ? NatState.NAT_TIME_WAIT : NatState.NAT_CLOSING
  return both & NatSeen.NAT_SEEN_ANSWER ? NatState.NAT_ESTABLISHED : NatState.NAT_OPENING
}
