import type { LbMaps } from '@skep/lb-maps'
import type { NetworkNamespace } from 'netlink-ts'
import type { FreshMaps } from '../../../packages/lb-maps/bench/kernel-maps.ts'
import { reachedBy } from './probe.ts'

/** Flows that a change may need: each is looked at once, for its first packet decides where it stays. */
export const LOOKS = 4

/** What came of a change, in milliseconds from the call. */
export interface Seen {
  /** A packet went where the change says. */
  readonly visibleMs: number
  /** The call returned: what the change has freed may be used again. */
  readonly returnedMs: number
  /** What of that was work; the rest was waiting. */
  readonly cpuMs: number
}

/** Maps whose program is asked, before each wait for packets under way, whether it sees the change already. */
export class WatchedMaps {
  readonly maps: LbMaps
  readonly #reached: (flow: number) => string
  #look: () => void = () => {}

  constructor(maps: FreshMaps, ns: NetworkNamespace) {
    this.#reached = (flow) => ns.run(() => reachedBy(maps.program, flow))
    this.maps = {
      ...maps,
      gracePeriod: () => {
        this.#look()
        maps.gracePeriod()
      },
    }
  }

  /** Does the change, and looks by packets of new connections. Throws when it is done and none sees it. */
  change(flows: readonly number[], expected: (reached: string) => boolean, work: () => void): Seen {
    const left = [...flows]
    let visibleMs: number | undefined
    const look = (): void => {
      if (visibleMs !== undefined) return
      const flow = left.shift()
      if (flow !== undefined && expected(this.#reached(flow))) visibleMs = performance.now() - start
    }
    this.#look = look
    const cpu = process.cpuUsage()
    const start = performance.now()
    work()
    const returnedMs = performance.now() - start
    const { user, system } = process.cpuUsage(cpu)
    this.#look = () => {}
    left.splice(1)
    look()
    if (visibleMs === undefined) throw new Error('the change was made, and no packet sees it')
    return { visibleMs, returnedMs, cpuMs: (user + system) / 1000 }
  }
}
