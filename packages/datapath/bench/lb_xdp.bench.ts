import { type Bench, type BenchCase } from '../../../tools/bench/bench.ts'
import { Balancer, type VerdictName } from '../test/balancer.ts'
import { client, type Lab, lab, mac, own, vip } from '../test/lab.ts'
import { families, type Family } from '../test/packets.ts'
import { verdictsByIndex } from '../src/verdicts.ts'
import { type Load, median, Rig, type Wrapper } from './rig.ts'
import { clientPrefix, establish, foreign, fromClients, replies, toBackend } from './traffic.ts'

const ROUNDS = 9
const PACKETS = 1 << 17
const FLOWS = 1 << 16
const NAT_LINES = 1 << 15
const BACKENDS = 100

/** A row of the table: what is run, through which wrapper, and what every packet of it must come to. */
interface Case {
  readonly name: string
  readonly wrapper: Wrapper
  readonly load: Load
  readonly packets: number
  readonly verdict: VerdictName
  /** Before each sample. */
  readonly before?: () => void
}

/** Nanoseconds of one sample, and of the floors beside it. */
interface Sample {
  readonly raw: number
  /** The same wrapper and flows, with a program behind it that drops. */
  readonly wrapper: number
  readonly drop: number
}

export default {
  group: 'datapath',
  run(report) {
    using net = lab()
    prepareRoutes(net)
    using rig = new Rig(FLOWS, net.front)
    for (const result of net.ns.run(() => floors(rig))) report(result)
    for (const family of families) {
      using lb = balancer(family)
      for (const one of cases(family, lb, net, rig)) report(net.ns.run(() => measure(rig, lb, one)))
    }
  },
} satisfies Bench

function prepareRoutes({ nl, front, back }: Lab): void {
  for (const family of families) {
    nl.route.add({ destination: clientPrefix[family], via: client[family], index: front })
    for (let i = 0; i < BACKENDS; i++)
      nl.neighbor.replace({ index: back, address: backendAddress(family, i), lladdr: mac.backend })
  }
}

function backendAddress(family: Family, i: number): string {
  return family === 'v4' ? `10.1.0.${100 + i}` : `fd00:1::${(0x100 + i).toString(16)}`
}

function balancer(family: Family): Balancer {
  const never = 2 ** 29
  const lb = new Balancer({ natLines: NAT_LINES, ringLog2: 14, config: { timeoutOpening: never } })
  const members = Array.from({ length: BACKENDS }, (_, i) => ({ address: backendAddress(family, i), port: 8080 }))
  lb.addService({ address: vip[family], port: 80, members, source: own[family] })
  return lb
}

/** In this order: the connections that the hits need are opened before, those of the replies are the hits'. */
function* cases(family: Family, lb: Balancer, net: Lab, rig: Rig): Generator<Case> {
  const wrapper = family === 'v4' ? 'restore4' : 'restore6'
  const name = (what: string): string => `lb_xdp/${family}/${what}`
  const common = { wrapper, packets: PACKETS } as const
  const open = (load: Load): void => {
    lb.forgetConnections()
    rig.prepare(load)
    net.ns.run(() => expectVerdict(lb, 'REDIRECT_TO_BACKEND', load.flows.length, () => drive(rig, lb, wrapper, load)))
    establish(lb)
  }
  yield { ...common, name: name('not-a-service'), load: foreign(family), verdict: 'PASS_FOREIGN' }
  for (const [count, label] of [
    [1, '1'],
    [FLOWS, '64K'],
  ] as const) {
    const load = fromClients(family, count)
    open(load)
    yield { ...common, name: name(`tcp-known/${label}`), load, verdict: 'REDIRECT_TO_BACKEND' }
    yield { ...common, name: name(`tcp-reply/${label}`), load: replies(family, lb), verdict: 'TX_TO_CLIENT' }
  }
  yield {
    ...common,
    name: name('tcp-new/64K'),
    load: fromClients(family, FLOWS),
    packets: FLOWS,
    verdict: 'REDIRECT_TO_BACKEND',
    before: () => lb.forgetConnections(),
  }
}

function drive(rig: Rig, lb: Balancer, wrapper: Wrapper, load: Load, packets: number = load.flows.length): number {
  return rig.wrapped(wrapper, lb.lb.programs.lbXdp, load, packets)
}

function measure(rig: Rig, lb: Balancer, { name, wrapper, load, packets, verdict, before }: Case): BenchCase {
  const samples = Array.from({ length: ROUNDS }, () => {
    rig.prepare(load)
    before?.()
    const wrapperOnly = rig.wrapped(wrapper, rig.program('drop'), load, packets)
    rig.prepare(load)
    let raw = 0
    expectVerdict(lb, verdict, packets, () => (raw = drive(rig, lb, wrapper, load, packets)))
    const drop = rig.alone(rig.program('drop'), load.packet, packets)
    return { raw, wrapper: wrapperOnly, drop }
  })
  return summary(name, samples)
}

/** What the program costs without the wrapper, beyond a program that drops, and as a multiple of that. */
function summary(name: string, samples: readonly Sample[]): BenchCase {
  const own = median(samples.map(({ raw, wrapper }) => raw - wrapper))
  const drop = median(samples.map((sample) => sample.drop))
  const xdrop = median(samples.map((sample) => (sample.raw - sample.wrapper + sample.drop) / sample.drop))
  return { name, nsPerPacket: own + drop, own, xdrop: Math.round(xdrop * 100) / 100 }
}

/** Every sample is void unless each of its packets came to the one verdict. */
function expectVerdict(lb: Balancer, verdict: VerdictName, packets: number, run: () => void): void {
  const before = lb.counters()
  run()
  const found = lb.counters().flatMap(({ packets: count }, i) => {
    const more = count - before[i]!.packets
    return more === 0n ? [] : [`${more} ${verdictsByIndex[i]?.name}`]
  })
  const expected = `${packets} ${verdict}`
  if (found.join(', ') !== expected) throw new Error(`expected ${expected}, counted ${found.join(', ')}`)
}

function floors(rig: Rig): BenchCase[] {
  const load = fromClients('v4', 1)
  rig.prepare(load)
  const drop = rig.program('drop')
  const ways = {
    'floor/drop': () => rig.alone(drop, load.packet, PACKETS),
    'floor/swap-macs-tx': () => rig.alone(rig.program('swap'), load.packet, PACKETS),
    'floor/route-lookup-v4': () => rig.alone(rig.program('route4'), toBackend('v4'), PACKETS),
    'floor/route-lookup-v6': () => rig.alone(rig.program('route6'), toBackend('v6'), PACKETS),
    'floor/wrapper': () => rig.wrapped('restore4', drop, load, PACKETS),
    'floor/wrapper-encapsulate': () => rig.wrapped('shrink4', rig.program('encapsulate'), load, PACKETS),
  }
  const rounds = Array.from({ length: ROUNDS }, () => Object.values(ways).map((way) => way()))
  return Object.keys(ways).map((name, i) => {
    const raw = median(rounds.map((round) => round[i]!))
    const own = median(rounds.map((round) => round[i]! - round[0]!))
    const xdrop = median(rounds.map((round) => round[i]! / round[0]!))
    return { name, nsPerPacket: raw, own, xdrop: Math.round(xdrop * 100) / 100 }
  })
}
