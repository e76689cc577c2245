import { fileURLToPath } from 'node:url'
import { build, type Part } from '@skep/packet'
import { ArrayMap, bytes, type LoadedObject, openObject, ProgArray, type Program } from 'libbpf-ts'
import type { Bench } from '../../../tools/bench/bench.ts'
import { backend, datagram, families, headers, other, type Place, pod, segment, service } from '../test/packets.ts'
import { Stage } from '../test/stage.ts'

const OBJECT = fileURLToPath(new URL('../../datapath/test-objects/decap_bench.bpf.o', import.meta.url))
const ROUNDS = 11
const PACKETS = 1 << 16
const HEADERS = 144
const SERVICES = 1000

interface Row {
  readonly name: string
  readonly program: 'podIngress' | 'podEgress'
  readonly packet: Uint8Array
  readonly verdict: string
}

/** What a packet costs at a pod's device: to a service, its answer, past all services, and to the pod from anywhere. */
export default {
  group: 'datapath',
  run(report) {
    using at = new Stage({ slots: SERVICES * 32 })
    for (let i = 0; i < SERVICES; i++) {
      const backends = [{ address: backend.v4, port: 8080 }]
      at.service({ address: `10.97.${i >> 8}.${i & 255}`, port: 80, backends })
    }
    for (const family of families) {
      at.service({ address: service[family], port: 80, backends: [{ address: backend[family], port: 8080 }] })
      at.leave(build(...headers(family, 'out', pod, service), segment(40_000, 80, 'syn')))
    }
    using rig = openObject(OBJECT).load()
    const samples = new Map(rows().map((row) => [row, [] as Sample[]]))
    for (let round = 0; round < ROUNDS; round++) for (const [row, taken] of samples) taken.push(sample(rig, at, row))
    for (const [{ name }, taken] of samples) report(figures(name, taken))
  },
} satisfies Bench

/** Nanoseconds for one packet: as run, by a wrapper that writes the packet anew; and the same with a program that drops. */
interface Sample {
  readonly raw: number
  readonly wrapper: number
}

function figures(name: string, samples: readonly Sample[]): { name: string; ownNs: number; rawNs: number } {
  return {
    name,
    ownNs: median(samples.map(({ raw, wrapper }) => raw - wrapper)),
    rawNs: median(samples.map(({ raw }) => raw)),
  }
}

function median(values: readonly number[]): number {
  return values.toSorted((a, b) => a - b)[values.length >> 1]!
}

function rows(): Row[] {
  const payload = new Uint8Array(HEADERS)
  return families.flatMap((family): Row[] => {
    const packet = (way: 'out' | 'in', [from, to]: readonly [Place, Place], part: Part): Uint8Array =>
      build(...headers(family, way, from, to), part, payload)
    return [
      {
        name: `pod/${family}/to a service`,
        program: 'podIngress',
        packet: packet('out', [pod, service], segment(40_000, 80, 'ack')),
        verdict: 'TO_BACKEND',
      },
      {
        name: `pod/${family}/answer of a service`,
        program: 'podEgress',
        packet: packet('in', [backend, pod], segment(8080, 40_000, 'ack')),
        verdict: 'FROM_SERVICE',
      },
      {
        name: `pod/${family}/to no service`,
        program: 'podIngress',
        packet: packet('out', [pod, other], segment(40_000, 80, 'ack')),
        verdict: 'PASS_FOREIGN',
      },
      {
        name: `pod/${family}/datagram to no service`,
        program: 'podIngress',
        packet: packet('out', [pod, other], datagram(40_000, 80)),
        verdict: 'PASS_FOREIGN',
      },
      {
        name: `pod/${family}/from anywhere`,
        program: 'podEgress',
        packet: packet('in', [other, pod], segment(80, 40_000, 'ack')),
        verdict: 'PASS_ARRIVAL',
      },
    ]
  })
}

function sample(rig: LoadedObject, at: Stage, { program, packet, verdict }: Row): Sample {
  const target = new ProgArray(rig.handle('target_tc'))
  prepare(rig, packet)
  const wrapper = rig.program('restore_tc')
  const dropping = rig.program('drop_tc')
  const behind = (run: Program): number => {
    target.set(0, run)
    return nanoseconds(wrapper, packet)
  }
  const wrapperOnly = behind(dropping)
  const raw = counted(at, verdict, () => behind(at.pods.programs[program]))
  return { raw, wrapper: wrapperOnly }
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
  if (returnValue >> 0 === -2) throw new Error(`${program.name} aborted`)
  return interruptions > 0 ? nanoseconds(program, data) : durationNs
}

/** A sample is void unless all of its packets came to the one verdict. */
function counted(at: Stage, verdict: string, run: () => number): number {
  const before = at.counts()
  const took = run()
  const found = [...at.counts()].flatMap(([name, count]) => (count === before.get(name) ? [] : [name]))
  if (found.join() !== verdict) throw new Error(`expected ${verdict} alone, counted ${found.join(', ')}`)
  return took
}
