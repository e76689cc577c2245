import { type Address, parseAddress, parseCidr } from '@skep/packet'
import {
  type Counter,
  type Decap,
  type DecapConfig,
  type DecapFlow,
  type DecapFlowKey,
  loadDecap,
} from '../src/decap.gen.ts'
import { decapVerdictsByIndex, type DecapVerdictName } from '../src/decap-verdicts.ts'

/** Which of the programs a packet meets. */
export type Hook = 'decapXdp' | 'decapIngress' | 'decapEgress'

export interface BackendOptions {
  readonly config?: Partial<DecapConfig>
  readonly sources?: readonly string[]
  readonly vips?: readonly string[]
  readonly own?: readonly string[]
  readonly flows?: number
}

export interface DecapOutcome {
  readonly verdict: DecapVerdictName
  readonly packet: Uint8Array
}

const ON = 1

/** The programs of a backend with their maps filled by hand. */
export class Backend implements Disposable {
  readonly programs: Decap['programs']
  readonly maps: Decap['maps']
  readonly #decap: Decap

  constructor({ config, sources = [], vips = [], own = [], flows = 64 }: BackendOptions = {}) {
    const size = (maxEntries: number): { maxEntries: number } => ({ maxEntries })
    this.#decap = loadDecap({
      config: {
        ipip: ON,
        option: ON,
        timeoutTcp: 100,
        timeoutClosing: 50,
        timeoutReset: 10,
        timeoutUdp: 30,
        ...config,
      },
      maps: {
        decapSources: size(16),
        decapVips: size(16),
        decapOwn: size(16),
        decapFlows: size(flows),
        decapFragments: size(64),
      },
    })
    this.programs = this.#decap.programs
    this.maps = this.#decap.maps
    for (const prefix of sources) this.maps.decapSources.set(prefixKey(prefix), ON)
    for (const prefix of vips) this.maps.decapVips.set(prefixKey(prefix), ON)
    for (const address of own) this.maps.decapOwn.set({ words: words(address) }, ON)
  }

  /** Runs one packet. Throws unless it was counted once, with its bytes, and went where its verdict says. */
  run(hook: Hook, packet: Uint8Array): DecapOutcome {
    const before = this.counters()
    const { returnValue, data } = this.programs[hook].testRun({ data: packet })
    const changed = this.counters().flatMap(({ packets, bytes }, i) =>
      packets === before[i]!.packets
        ? []
        : [{ i, packets: packets - before[i]!.packets, bytes: bytes - before[i]!.bytes }],
    )
    const [only] = changed
    const verdict = decapVerdictsByIndex[only?.i ?? 0]
    if (changed.length !== 1 || !verdict || only?.packets !== 1n || only.bytes !== BigInt(packet.length))
      throw new Error(`counted ${JSON.stringify(changed, (_, v: unknown) => (typeof v === 'bigint' ? `${v}` : v))}`)
    if (ACTIONS[hook][verdict.action] !== returnValue >> 0)
      throw new Error(`${verdict.name} is ${verdict.action}, but the program returned ${returnValue}`)
    return { verdict: verdict.name, packet: data }
  }

  counters(): Counter[] {
    return [...this.maps.decapCounters.entries()].map(([, cpus]) =>
      cpus.reduce((a, b) => ({ packets: a.packets + b.packets, bytes: a.bytes + b.bytes })),
    )
  }

  /** What is noted, oldest and newest alike. */
  flows(): [DecapFlowKey, DecapFlow][] {
    return [...this.maps.decapFlows]
  }

  /** Makes every record that many seconds older. */
  age(seconds: number): void {
    for (const [key, flow] of this.flows())
      this.maps.decapFlows.set(key, { ...flow, lastSeen: (flow.lastSeen - seconds) >>> 0 })
  }

  forget(): void {
    for (const [key] of this.flows()) this.maps.decapFlows.delete(key)
  }

  [Symbol.dispose](): void {
    this.#decap[Symbol.dispose]()
  }
}

const TC = { PASS: -1, DROP: 2 } as const
const ACTIONS = { decapXdp: { PASS: 2, DROP: 1 }, decapIngress: TC, decapEgress: TC } as const

/** An address as the maps have it: ::ffff:a.b.c.d for IPv4. */
export function words(address: string): number[] {
  return wordsOf(parseAddress(address))
}

function wordsOf({ bytes }: Address): number[] {
  const view = new DataView(new ArrayBuffer(16))
  if (bytes.length === 4) view.setUint16(10, 0xffff)
  new Uint8Array(view.buffer).set(bytes, 16 - bytes.length)
  return [0, 4, 8, 12].map((offset) => view.getUint32(offset))
}

function prefixKey(text: string): { length: number; address: number[] } {
  const { address, prefix } = parseCidr(text)
  return { length: prefix + (address.family === 4 ? 96 : 0), address: wordsOf(address) }
}
