import { NatSeen, NatState } from '@skep/datapath/lb-xdp'
import type { Nat } from './nat.ts'

const TCP = 6
/** In place of a state: nothing of this client's port is news. */
const NEVER_NEWS = 0

/** What became of a new connection. */
export type Outcome = 'answered' | 'refused' | 'unanswered'

type Waiting = Map<number, { readonly fingerprint: number; readonly since: number }>

/** Asked while the table is looked through. */
export interface Look {
  /** Monotonic ms. */
  readonly now: number
  /** How long a member may take to answer; `undefined` for one of no interest. */
  readonly answerMs: (member: number) => number | undefined
  readonly tell: (member: number, outcome: Outcome) => void
}

/**
 * What becomes of TCP connections, each told once. They are seen when somebody looks: one that opens and ends between
 * two looks may be missed, a refused one stays for seconds. What is there at the first look is nobody's news.
 */
export class Outcomes {
  /** Of each entry when it was looked at last, once its outcome was told. */
  readonly #told: { readonly fingerprint: Uint32Array; readonly state: Uint8Array; readonly lastSeen: Uint32Array }
  /** Connections without an answer: since when they have been seen. */
  #waiting: Waiting = new Map()
  #isFirst = true

  constructor(nat: Nat) {
    const { entries } = nat
    this.#told = {
      fingerprint: new Uint32Array(entries),
      state: new Uint8Array(entries),
      lastSeen: new Uint32Array(entries),
    }
  }

  look(nat: Nat, look: Look): void {
    const waiting: Waiting = new Map()
    nat.each((index) => {
      if (nat.protocol(index) !== TCP) return
      if (this.#isNews(nat, index)) this.#news(nat, index, look, waiting)
      else if (this.#told.state[index] !== NEVER_NEWS) this.#remember(nat, index)
    })
    this.#waiting = waiting
    this.#isFirst = false
  }

  /** What becomes of this client's next connection is not the doing of its member. */
  pass(nat: Nat, index: number): void {
    this.#remember(nat, index)
    this.#told.state[index] = NEVER_NEWS
  }

  /** A connection's state only grows, and one that has ended is not seen any more. */
  #isNews(nat: Nat, index: number): boolean {
    const { fingerprint, state, lastSeen } = this.#told
    if (fingerprint[index] !== nat.fingerprint(index)) return true
    const was = state[index]!
    if (was === NEVER_NEWS) return false
    const is = nat.state(index)
    return is < was || (was >= NatState.NAT_CLOSED && lastSeen[index] !== nat.lastSeen(index))
  }

  #news(nat: Nat, index: number, { now, answerMs, tell }: Look, waiting: Waiting): void {
    const member = nat.member(index)
    const fingerprint = nat.fingerprint(index)
    const begun = this.#waiting.get(index)
    const since = begun?.fingerprint === fingerprint ? begun.since : now
    const limit = answerMs(member)
    const outcome = outcomeOf(nat, index) ?? (limit !== undefined && now - since >= limit ? 'unanswered' : undefined)
    if (outcome === undefined && !this.#isFirst) return void waiting.set(index, { fingerprint, since })
    this.#remember(nat, index)
    if (outcome !== undefined && limit !== undefined && !this.#isFirst) tell(member, outcome)
  }

  #remember(nat: Nat, index: number): void {
    this.#told.fingerprint[index] = nat.fingerprint(index)
    this.#told.state[index] = nat.state(index)
    this.#told.lastSeen[index] = nat.lastSeen(index)
  }
}

function outcomeOf(nat: Nat, index: number): Outcome | undefined {
  const seen = nat.memberSeen(index)
  if (seen & NatSeen.NAT_SEEN_ANSWER) return 'answered'
  return seen & NatSeen.NAT_SEEN_RST ? 'refused' : undefined
}
