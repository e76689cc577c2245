import { verdictsByIndex } from '../src/verdicts.ts'
import { Balancer } from '../test/balancer.ts'
import type { BalancerOptions } from '../test/balancer-options.ts'
import type { VerdictName } from '../test/counted.ts'
import { own, vip } from '../test/lab.ts'
import type { Family } from '../test/packets.ts'
import { backends } from './backends.ts'
import { openDevices } from './devices.ts'
import { flowCounts } from './flow-counts.ts'
import type { Load } from './load.ts'
import type { Rig } from './rig.ts'
import type { Row } from './row.ts'
import { establish, foreign, fromClients, replies, toOpen } from './traffic.ts'
import { eachOnce } from './warm.ts'

const PACKETS = 1 << 17
const PASS = 2
const TX = 3
const REDIRECT = 4
const NEVER = 2 ** 29
const NEW = flowCounts['64K']
/** For 262,144 connections. */
const DEFAULT_LINES = 1 << 16

/**
 * SNAT: the rows about a million connections have a table that is made for two, those about fewer one of the size that
 * there is by default; those about new ones have a table of their own, empty before each sample.
 */
export function snatRows(family: Family, rig: Rig, front: number, stack: DisposableStack): Row[] {
  const known = stack.use(balancer(family, { natLines: DEFAULT_LINES }))
  const many = stack.use(balancer(family, { natLines: 1 << 18 }))
  const wrapper = family === 'v4' ? 'restore4' : 'restore6'
  const row = (name: string, load: Load, verdict: VerdictName = 'TX_TO_BACKEND', lb = known): Row => ({
    name,
    program: lb.program,
    wrapper,
    load,
    packets: PACKETS,
    action: verdict.startsWith('REDIRECT') ? REDIRECT : verdict.startsWith('TX') ? TX : PASS,
    counted: (packets, run) => expectVerdict(lb, verdict, packets, run),
  })
  const opening = stack.use(balancer(family, { natLines: NEW / 2 }))
  for (const lb of [known, many, opening]) openDevices(lb, rig.ingressIfindex, front)
  eachOnce(rig, row('', toOpen(family, 'ack', flowCounts['64K'])))
  eachOnce(rig, row('', toOpen(family, 'ack', flowCounts['1M']), 'TX_TO_BACKEND', many))
  establish(known)
  establish(many)
  const udp = row(`snat/${family}/udp/1K`, fromClients(family, 'udp', flowCounts['1K']))
  eachOnce(rig, udp)
  const one = fromClients(family, 'ack', flowCounts['1'])
  const syn = row(`snat/${family}/tcp-syn`, fromClients(family, 'syn', NEW), 'TX_TO_BACKEND', opening)
  return [
    row(family === 'v4' ? 'pass/not-a-vip' : 'pass/v6/not-a-vip', foreign(family), 'PASS_FOREIGN'),
    { ...syn, packets: NEW, before: () => opening.nat.forget() },
    ...Object.entries(flowCounts).map(([label, count]) => {
      const lb = label === '1M' ? many : known
      return row(`snat/${family}/tcp-established/${label}`, fromClients(family, 'ack', count), 'TX_TO_BACKEND', lb)
    }),
    { ...row(`snat/${family}/tcp-redirected/1`, one, 'REDIRECT_TO_BACKEND'), ingressIfindex: front },
    udp,
    ...(['1', '64K'] as const).map((label) => ({
      ...row(`snat/${family}/tcp-reply/${label}`, replies(family, known, flowCounts[label]), 'TX_TO_CLIENT'),
      ingressIfindex: front,
    })),
  ]
}

/** A service for each protocol on the same members, whose connections never end. */
export function balancer(family: Family, options: BalancerOptions): Balancer {
  const config = { timeoutOpening: NEVER, timeoutEstablished: NEVER, timeoutOther: NEVER, pulseLimit: NEVER }
  const lb = new Balancer({ ringLog2: 14, ...options, config })
  const service = { address: vip[family], port: 80, members: backends(family), source: own[family] }
  lb.addService(service)
  lb.addService({ ...service, protocol: 'udp' })
  lb.beat(1)
  return lb
}

/** Every sample is void unless each of its packets came to the one verdict. */
export function expectVerdict(lb: Balancer, verdict: VerdictName, packets: number, run: () => void): void {
  const before = lb.counters()
  run()
  const found = lb.counters().flatMap(({ packets: count }, i) => {
    const more = count - before[i]!.packets
    return more === 0n ? [] : [`${more} ${verdictsByIndex[i]?.name}`]
  })
  const expected = `${packets} ${verdict}`
  if (found.join(', ') !== expected) throw new Error(`expected ${expected}, counted ${found.join(', ')}`)
}
