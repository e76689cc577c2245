import { readClock } from '@skep/datapath/clock'
import { type LbConfig, natEntryOffsets as at } from '@skep/datapath/lb-xdp'
import type { Tables } from './tables.ts'

/** Connections by what their packets made of them. */
export interface ConnectionCounts {
  readonly opening: number
  readonly established: number
  /** One side has ended. */
  readonly closing: number
  /** Reset, or ended by both sides not long ago. */
  readonly closed: number
}

/** The connections' table, looked through once. */
export interface Connections extends ConnectionCounts {
  /** Entries that are in use. Others wait to be taken over, and are as good as free. */
  readonly live: number
  readonly size: number
  /** In use in the fullest line, of 8. */
  readonly fullestLine: number
  /** Most NAT ports in use from one own address towards one backend. */
  readonly mostPorts: number
}

const WORDS_PER_LINE = 8
const TCP = 6
const TIME_WAIT_SECONDS = 60

const states = ['claimed', 'opening', 'established', 'closing', 'closed', 'closed'] as const
type State = (typeof states)[number]

/** The two maps, or what stands for them. */
export type NatTables = { readonly [K in 'natFlows' | 'natEntries']: Pick<Tables[K], 'mmap'> }

/** Looks through the table by the rules of bpf/lib/nat_entry.h. `jiffies`: the kernel's, now. */
export function readConnections(
  tables: NatTables,
  config: LbConfig,
  jiffies: bigint = readClock().jiffies,
): Connections {
  using flows = tables.natFlows.mmap()
  using entries = tables.natEntries.mmap()
  // Two halves a word: a tag that is never 0 where the word is used, and the entry's index below a busy bit.
  const halves = new Uint32Array(flows.buffer)
  const survey = new Survey(new DataView(entries.buffer), config, Number(BigInt.asUintN(32, jiffies)))
  let fullestLine = 0
  for (let at = 0, before = 0; at < halves.length; at += 2) {
    if (at % (2 * WORDS_PER_LINE) === 0) before = survey.live
    if (halves[at] !== 0) survey.see(halves[at + 1]!)
    fullestLine = Math.max(fullestLine, survey.live - before)
  }
  const { opening, established, closing, closed } = survey.counts
  const mostPorts = Math.max(0, ...survey.ports.values())
  return { opening, established, closing, closed, live: survey.live, size: halves.length / 2, fullestLine, mostPorts }
}

class Survey {
  readonly counts: Record<State, number> = { claimed: 0, opening: 0, established: 0, closing: 0, closed: 0 }
  readonly ports = new Map<string, number>()
  live = 0
  readonly #view: DataView
  readonly #now: number
  readonly #config: LbConfig

  constructor(view: DataView, config: LbConfig, now: number) {
    this.#view = view
    this.#config = config
    this.#now = now
  }

  see(index: number): void {
    const entry = index * 64
    if (entry + 64 > this.#view.byteLength) return
    const state = this.#view.getUint8(entry + at.state)
    if (state === 0 || this.#idle(entry) > this.#timeout(entry, state)) return
    this.live++
    this.counts[states[state] ?? 'closed']++
    const key = this.#pair(entry)
    this.ports.set(key, (this.ports.get(key) ?? 0) + 1)
  }

  /** Ages just below 2^32 belong to entries that were written after the clock was read. */
  #idle(entry: number): number {
    const age = (this.#now - this.#view.getUint32(entry + at.lastSeen, true)) >>> 0
    return age >= 0xffff0000 ? 0 : age
  }

  #timeout(entry: number, state: number): number {
    const config = this.#config
    const established =
      this.#view.getUint8(entry + at.protocol) === TCP ? config.timeoutEstablished : config.timeoutOther
    const timeouts = [0, config.timeoutOpening, established, config.timeoutClosing, config.timeoutClosed]
    return timeouts[state] ?? TIME_WAIT_SECONDS * config.jiffiesPerSecond
  }

  /** Own address and backend: what shares a range of ports. */
  #pair(entry: number): string {
    const word = (offset: number) => this.#view.getUint32(entry + offset, true)
    const backend = [0, 4, 8, 12].map((offset) => word(at.backend + offset)).join(' ')
    const port = this.#view.getUint16(entry + at.backendPort)
    return `${word(at.source)} ${backend} ${port} ${this.#view.getUint8(entry + at.protocol)}`
  }
}
