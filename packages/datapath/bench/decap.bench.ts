import { fileURLToPath } from 'node:url'
import { build, type Part } from '@skep/packet'
import { ArrayMap, bytes, type LoadedObject, openObject, ProgArray, type Program } from 'libbpf-ts'
import type { Bench } from '../../../tools/bench/bench.ts'
import { Backend, type Hook } from '../test/backend.ts'
import {
  inbound,
  leaving,
  marked,
  outer,
  prefixes,
  segment,
  server,
  toVip,
  unmarked,
  vip,
} from '../test/backend-packets.ts'
import { families, type Family } from '../test/packets.ts'
import { type DecapVerdictName, decapVerdictsByIndex } from '../src/decap-verdicts.ts'
import { pinToOneCpu } from './pin.ts'
import { Interrupted, undisturbed } from './rig.ts'
import { type Sample, summary } from './sample.ts'

const OBJECT = fileURLToPath(new URL('../test-objects/decap_bench.bpf.o', import.meta.url))
const ROUNDS = 11
const PACKETS = 1 << 16
const HEADERS = 144

/** What is run, and what every packet of it must come to. */
interface Row {
  readonly name: string
  readonly hook: Hook
  readonly packet: Uint8Array
  readonly verdict: DecapVerdictName
}

/** The programs of a backend: what a packet costs that arrives in IPIP, with an option, with neither; what leaves. */
export default {
  group: 'datapath',
  run(report) {
    using _cpu = pinToOneCpu()
    using at = new Backend({
      sources: Object.values(prefixes),
      vips: [`${vip.v4}/32`, `${vip.v6}/128`],
      own: Object.values(server),
    })
    for (const family of families) at.run('decapXdp', marked(family, segment(40000, 8080, 'syn'), 80))
    const spec = openObject(OBJECT)
    using rig = spec.load()
    const samples = new Map(rows().map((row) => [row, [] as Sample[]]))
    for (let round = 0; round < ROUNDS; round++)
      for (const [row, taken] of samples) taken.push(undisturbed(() => sample(rig, at, row)))
    for (const [{ name }, taken] of samples) report(summary(name, taken))
  },
} satisfies Bench

function rows(): Row[] {
  const ack = segment(40000, 8080, 'ack')
  const padding = new Uint8Array(HEADERS)
  const arriving = (...parts: Part[]): Uint8Array => build(inbound, ...parts, padding)
  const wrapped = (out: Family, inner: Family): Row => {
    const way = `${inner === 'v4' ? '4' : '6'}IN${out === 'v4' ? '4' : '6'}` as const
    const packet = arriving(outer(out), toVip(inner), ack)
    return { name: `decap/${way.toLowerCase()}`, hook: 'decapXdp', packet, verdict: `DECAPSULATED_${way}` }
  }
  return families.flatMap((family): Row[] => [
    ...families.map((inner) => wrapped(family, inner)),
    {
      name: `decap/${family}/option`,
      hook: 'decapXdp',
      packet: marked(family, segment(40000, 8080, 'syn'), 80, padding),
      verdict: 'OPTION_RECORDED',
    },
    { name: `decap/${family}/plain`, hook: 'decapXdp', packet: unmarked(family, ack, padding), verdict: 'PASS_PLAIN' },
    {
      name: `decap/${family}/reply`,
      hook: 'decapEgress',
      packet: leaving(family, server[family], segment(8080, 40000, 'ack'), padding),
      verdict: 'REPLY_TRANSLATED',
    },
    {
      name: `decap/${family}/reply-plain`,
      hook: 'decapEgress',
      packet: leaving(family, server[family], segment(22, 40000, 'ack'), padding),
      verdict: 'REPLY_PLAIN',
    },
  ])
}

function sample(rig: LoadedObject, at: Backend, { hook, packet, verdict }: Row): Sample {
  const tc = hook === 'decapEgress'
  const target = new ProgArray(rig.handle(tc ? 'target_tc' : 'target'))
  prepare(rig, packet)
  const wrapper = rig.program(tc ? 'restore_tc' : 'restore')
  const dropping = rig.program(tc ? 'drop_tc' : 'drop')
  const behind = (program: Program): number => {
    target.set(0, program)
    return nanoseconds(wrapper, packet)
  }
  const wrapperOnly = behind(dropping)
  const raw = counted(at, verdict, () => behind(at.programs[hook]))
  const drop = nanoseconds(dropping, packet)
  const shortens = /^(DECAPSULATED|OPTION)/.test(verdict)
  const shrink = shortens ? (nanoseconds(rig.program('adjust'), packet) - drop) / 2 : 0
  return { raw, wrapper: wrapperOnly, drop, shrink }
}

function prepare(rig: LoadedObject, packet: Uint8Array): void {
  const state = new ArrayMap(rig.handle('state'), { value: bytes(HEADERS + 8) })
  const value = new Uint8Array(HEADERS + 8)
  value.set(packet.subarray(0, HEADERS))
  new DataView(value.buffer).setUint32(HEADERS, packet.length, true)
  state.set(0, value)
}

function nanoseconds(program: Program, data: Uint8Array): number {
  const { returnValue, durationNs, interruptions } = program.testRun({ data, repeat: PACKETS })
  if (returnValue === 0 || returnValue >> 0 === -2) throw new Error(`${program.name} aborted`)
  if (interruptions > 0) throw new Interrupted(program.name)
  return durationNs
}

/** A sample is void unless each of its packets came to the one verdict. */
function counted(at: Backend, verdict: DecapVerdictName, run: () => number): number {
  const before = at.counters()
  const took = run()
  const found = at.counters().flatMap(({ packets }, i) => {
    const more = packets - before[i]!.packets
    return more === 0n ? [] : [`${more} ${decapVerdictsByIndex[i]?.name}`]
  })
  if (found.join(', ') !== `${PACKETS} ${verdict}`)
    throw new Error(`expected ${PACKETS} ${verdict}, counted ${found.join(', ')}`)
  return took
}
