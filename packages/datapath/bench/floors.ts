import type { Load } from './load.ts'
import { type FloorProgram, type Rig, type Run, undisturbed } from './rig.ts'
import { type Row, sample } from './row.ts'
import { type CaseFigures, type Sample, summary } from './sample.ts'
import { frameLength, fromClients, toBackend } from './traffic.ts'

const PACKETS = 1 << 17
const INSERTS = 1 << 16
/** The entries of the rig's LRU map. */
const LRU_ENTRIES = 1 << 17
const TX = 3

type Way = (round: number) => Sample

/** What is cheaper than any load balancer, and what others pay for a flow. */
export class Floors {
  readonly #ways: Readonly<Record<string, Way>>
  readonly #samples: Readonly<Record<string, Sample[]>>

  constructor(rig: Rig) {
    const load = fromClients('v4', 'ack', 1)
    this.#ways = waysOf(rig, load)
    this.#samples = Object.fromEntries(Object.keys(this.#ways).map((name) => [name, []]))
    for (let i = 0; i < LRU_ENTRIES; i += INSERTS) undisturbed(() => rig.insert(load.packet, INSERTS))
  }

  /** One sample of each. */
  sample(round: number): void {
    for (const [name, way] of Object.entries(this.#ways)) this.#samples[name]!.push(undisturbed(() => way(round)))
  }

  figures(): CaseFigures[] {
    return Object.entries(this.#samples).map(([name, samples]) => summary(name, samples))
  }
}

function waysOf(rig: Rig, load: Load): Record<string, Way> {
  const bare = (run: Run, packets = PACKETS): Sample => {
    const drop = rig.alone(rig.program('drop'), load.packet, packets).nanoseconds
    return { raw: run.nanoseconds, wrapper: drop, drop, shrink: 0 }
  }
  const alone = (name: FloorProgram, packet = load.packet): Sample =>
    bare(rig.alone(rig.program(name), packet, PACKETS))
  const encapsulate: Row = {
    name: 'encapsulate',
    program: rig.program('encapsulate'),
    wrapper: 'shrink4',
    load,
    packets: PACKETS,
    action: TX,
    length: frameLength.v4 + 20,
    counted: (_, run) => run(),
  }
  return {
    'xdp-drop': () => alone('drop'),
    'swap-macs-tx': () => alone('swap'),
    encapsulate: (round) => sample(rig, encapsulate, round),
    'lru-insert': () => bare(rig.insert(load.packet, INSERTS), INSERTS),
    'route-lookup-v4': () => alone('route4', toBackend('v4')),
    'route-lookup-v6': () => alone('route6', toBackend('v6')),
  }
}
