import { isDeepStrictEqual } from 'node:util'
import { type MonitorEvent, type Netlink, NetlinkError } from 'netlink-ts'
import { hopKey } from '../hop/key.ts'
import type { NextHop } from '../hop/types.ts'
import { applyKeep, type KeepFailure, probeMode } from '../kept/apply.ts'
import { type KeeperNotes, noNotes, type NotedHop } from '../kept/notes.ts'
import { isKept, planKeep } from '../kept/plan.ts'
import { readKernel } from '../kept/table.ts'
import type { KeepAction, KeepInput, KeepMode, KeepPlan } from '../kept/types.ts'
import { refreshDefaults, RefreshSchedule } from '../refresh/schedule.ts'
import { RouteChanges } from '../state/route-changes.ts'
import { States, type Transition } from '../state/states.ts'
import type { HopState } from '../state/types.ts'
import { countTransitions } from './counts.ts'
import type { KeeperCounts, KeeperOptions, KeepReport, Noted, WantedHop } from './types.ts'

const never = { everyMs: Infinity, failedMs: Infinity } as const
type Input = KeepInput & { readonly noted: readonly NotedHop[] }

const nothing = { added: [], converted: [], removed: [], transitions: [] } as const

/** What the kernel has refused is tried again after so long. */
const RETRY_MS = 30_000

/** So many entries, to find out what the kernel can. */
const MOST_TRIED = 8

/**
 * Has the kernel keep next hops resolved, and knows how they are. It makes no timer and no socket: its owner tells it what
 * is wanted ({@link want}), what a monitor of neighbours, links and addresses sees ({@link note}), and that time passes
 * ({@link tick}, about once a second). Times in milliseconds since 1970. Needs CAP_NET_ADMIN. Linux 5.0; from 5.16 on the
 * kernel keeps entries by itself. Leaving it changes nothing: entries stay until {@link release}.
 */
export class NeighborKeeper {
  readonly #netlink: Netlink
  #options: Omit<KeeperOptions, 'notes'>
  readonly #notes: KeeperNotes
  readonly #changes = new RouteChanges()
  readonly #states = new States()
  #mode: KeepMode | undefined
  #schedule: RefreshSchedule | undefined
  #hops: ReadonlyMap<string, NextHop> = new Map()
  #asked = ''
  #last: Pick<KeepReport, 'foreign' | 'own' | 'idle' | 'failed'> = { foreign: [], own: [], idle: [], failed: [] }
  #retryAt = Infinity
  #users: ReadonlyMap<string, number | undefined> = new Map()
  #hasNews = false
  #isFirst = true
  #isDue = true
  #counts: KeeperCounts = { requests: 0, failures: 0, recoveries: 0, moves: 0 }

  constructor(netlink: Netlink, { notes = noNotes(), ...options }: KeeperOptions = {}) {
    this.#netlink = netlink
    this.#notes = notes
    this.#options = options
    this.#mode = options.mode === 'use' ? 'use' : undefined
  }

  /** Works by these from now on; notes are those that it was made with. */
  configure(options: Omit<KeeperOptions, 'notes'>): void {
    if (isDeepStrictEqual(options, this.#options)) return
    this.#options = options
    this.#mode = options.mode === 'use' ? 'use' : undefined
    this.#schedule = undefined
    this.#isDue = true
  }

  /** How entries are kept; `undefined` before there was anything to try it on. */
  get mode(): KeepMode | undefined {
    return this.#mode
  }

  /** Something has happened to the entries, or may have: {@link want} has work to do. */
  get isDue(): boolean {
    return this.#isDue || this.#retryAt <= Date.now()
  }

  get counts(): KeeperCounts {
    return this.#counts
  }

  /** The next hops and how they are, also those that others keep. */
  states(): (HopState & { readonly hop: NextHop })[] {
    return this.#states.list()
  }

  /**
   * Has these kept, and no others. Where they are the same as before and nothing has happened, it does not look.
   * `look`: it does in any case.
   */
  want(
    hops: readonly WantedHop[],
    { now = Date.now(), look = false }: { now?: number; look?: boolean } = {},
  ): KeepReport {
    const asked = hops
      .map((hop) => `${hopKey(hop)} ${hop.users}`)
      .toSorted()
      .join()
    if (!look && !this.isDue && asked === this.#asked) return { mode: this.#mode, ...nothing, ...this.#last }
    this.#asked = asked
    this.#users = new Map(hops.map((hop) => [hopKey(hop), hop.users]))
    this.#isDue = false
    this.#retryAt = Infinity
    try {
      return this.#reconcile(hops, now)
    } catch (error) {
      this.#isDue = true
      throw error
    }
  }

  /** Lets go of all that is kept. */
  release(): KeepReport {
    return this.want([], { look: true })
  }

  /** Takes note of an event. It is to be told all of them. */
  note(event: MonitorEvent, now: number = Date.now()): Noted {
    this.#isDue ||= this.#concerns(event)
    const transitions = this.#states.note(event, now)
    this.#take(transitions, now)
    return { forgets: this.#changes.matters(event), transitions }
  }

  /** Asks the kernel for what is due, and notes what is new. Returns what the kernel refused. */
  tick(now: number = Date.now()): KeepFailure[] {
    const due = this.#schedule?.due(now) ?? []
    const hops = due.flatMap((key) => this.#hops.get(key) ?? [])
    this.#counts = { ...this.#counts, requests: this.#counts.requests + hops.length }
    const actions = hops.map((hop) => ({ do: 'keep', hop }) as const)
    const failed = applyKeep(this.#netlink, actions, this.#mode ?? 'use')
    if (failed.length > 0) this.#retryAt = Math.min(this.#retryAt, now + RETRY_MS)
    if (this.#hasNews) this.#write()
    return failed
  }

  #reconcile(hops: readonly NextHop[], now: number): KeepReport {
    const input = this.#input(hops)
    const plan = planKeep(input)
    const before = input.noted.map(hopKey).toSorted().join()
    if (plan.kept.map(hopKey).toSorted().join() !== before) this.#notes.write(plan.kept)
    const first = plan.actions.filter(({ do: what }) => what !== 'keep')
    const refused = applyKeep(this.#netlink, first, input.mode)
    this.#mode ??= this.#probe(plan, input)
    const added = missing(this.#mode === 'use' ? planKeep({ ...input, mode: 'use' }) : plan)
    const transitions = this.#follow(plan, input, added, now)
    this.#last = { ...this.#last, failed: [...refused, ...this.tick(now)] }
    const done = (what: KeepAction['do']) => first.flatMap((action) => (action.do === what ? [action.hop] : []))
    const [converted, removed] = [done('convert'), done('remove')]
    return { mode: this.#mode, added, converted, removed, transitions, ...this.#last }
  }

  #input(wanted: readonly NextHop[]): Input {
    return {
      ...readKernel(this.#netlink),
      wanted,
      noted: this.#notes.read(),
      others: new Set(this.#notes.others().map(hopKey)),
      mode: this.#mode ?? 'managed',
      permanent: this.#options.permanent ?? 'keep',
      atStart: this.#isFirst,
    }
  }

  /** What is tried is an entry that is wanted anyway. */
  #probe({ kept }: KeepPlan, { neighbors }: KeepInput): KeepMode | undefined {
    const entries = kept.flatMap((hop) => neighbors.get(hopKey(hop)) ?? [])
    if (entries.some((entry) => isKept(entry, 'managed'))) return 'managed'
    for (const hop of kept.slice(0, MOST_TRIED)) {
      try {
        return probeMode(this.#netlink, hop)
      } catch (error) {
        // Its device has gone, as like as not.
        if (!(error instanceof NetlinkError)) throw error
      }
    }
    if (kept.length > 0) this.#retryAt = 0
    return undefined
  }

  #follow(plan: KeepPlan, { neighbors, noted, atStart }: Input, added: readonly NextHop[], now: number): Transition[] {
    const { kept, foreign, own, idle } = plan
    this.#last = { foreign, own, idle, failed: [] }
    this.#hops = new Map(kept.map((hop) => [hopKey(hop), hop]))
    this.#states.watch([...kept, ...foreign], now)
    if (atStart) for (const hop of noted) if (hop.state) this.#states.restore(hop, hop.state)
    const transitions = this.#states.compare(neighbors, now)
    this.#take(transitions, now)
    const options = { ...refreshDefaults, ...this.#options.refresh, ...(this.#mode === 'managed' ? never : {}) }
    this.#schedule ??= this.#mode && new RefreshSchedule(options, now)
    this.#schedule?.keep(this.#hops.keys(), new Set(added.map(hopKey)), now)
    this.#hasNews = true
    this.#isFirst = false
    return transitions
  }

  #take(transitions: readonly Transition[], now: number): void {
    if (transitions.length > 0) this.#hasNews = true
    this.#counts = countTransitions(this.#counts, transitions)
    for (const { hop, to } of transitions) this.#schedule?.note(hopKey(hop), to.phase === 'failed', now)
  }

  #write(): void {
    this.#hasNews = false
    const kept = this.#states.list().filter(({ hop }) => this.#hops.has(hopKey(hop)))
    this.#notes.write(
      kept.map(({ hop, ...state }) => {
        const users = this.#users.get(hopKey(hop))
        return { ...hop, ...(users === undefined ? {} : { users }), state }
      }),
    )
  }

  /** An entry that was taken away or made other than it is kept, and what decides where there are neighbours. */
  #concerns(event: MonitorEvent): boolean {
    if (event.type === 'resync' || event.type === 'link' || event.type === 'address') return true
    if (event.type !== 'neighbor' || !this.#states.has(event.value)) return false
    if (event.action === 'remove') return true
    const isOurs = this.#hops.has(hopKey(event.value))
    const isAsKept = event.value.state !== 'permanent' && isKept(event.value, this.#mode ?? 'use')
    return isOurs ? !isAsKept : isAsKept
  }
}

/** What the kernel does not keep yet. */
function missing({ actions }: KeepPlan): NextHop[] {
  return actions.flatMap((action) => (action.do === 'keep' ? [action.hop] : []))
}
