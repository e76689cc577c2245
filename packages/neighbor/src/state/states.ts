import type { MonitorEvent, Neighbor } from 'netlink-ts'
import { hopKey } from '../hop/key.ts'
import type { NextHop } from '../hop/types.ts'
import { step, unknownHop } from './step.ts'
import type { Fact, HopState } from './types.ts'

/** A next hop that is another now than it was. */
export interface Transition {
  readonly hop: NextHop
  readonly from: HopState
  readonly to: HopState
}

interface Watched {
  readonly hop: NextHop
  state: HopState
}

/** The states of the next hops that are watched, by the kernel's events. */
export class States {
  readonly #watched = new Map<string, Watched>()

  /** These from now on: those that were watched before go on, the others begin. */
  watch(hops: Iterable<NextHop>, at: number): void {
    const before = new Map(this.#watched)
    this.#watched.clear()
    for (const { index, address } of hops) {
      const key = hopKey({ index, address })
      this.#watched.set(key, before.get(key) ?? { hop: { index, address }, state: unknownHop(at) })
    }
  }

  /** Goes on from what another process knew. */
  restore(hop: NextHop, state: HopState): void {
    const watched = this.#watched.get(hopKey(hop))
    if (watched) watched.state = state
  }

  has(hop: NextHop): boolean {
    return this.#watched.has(hopKey(hop))
  }

  /** What an event changes: another phase, or another MAC address. */
  note(event: MonitorEvent, at: number): Transition[] {
    if (event.type === 'resync') return event.changes.flatMap((change) => this.note(change, at))
    if (event.type !== 'neighbor') return []
    return this.#take(hopKey(event.value), event.action === 'remove' ? undefined : event.value, at)
  }

  /** The kernel's table as it is. */
  compare(neighbors: ReadonlyMap<string, Neighbor>, at: number): Transition[] {
    return [...this.#watched.keys()].flatMap((key) => this.#take(key, neighbors.get(key), at))
  }

  /** All of them, in the order in which they were given. */
  list(): (HopState & { readonly hop: NextHop })[] {
    return [...this.#watched.values()].map(({ hop, state }) => ({ hop, ...state }))
  }

  #take(key: string, fact: Fact, at: number): Transition[] {
    const watched = this.#watched.get(key)
    if (watched === undefined) return []
    const from = watched.state
    watched.state = step(from, fact, at)
    return watched.state.phase !== from.phase || watched.state.moves !== from.moves
      ? [{ hop: watched.hop, from, to: watched.state }]
      : []
  }
}
