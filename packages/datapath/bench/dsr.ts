import { Balancer } from '../test/balancer.ts'
import type { VerdictName } from '../test/counted.ts'
import { own, vip } from '../test/lab.ts'
import type { Family } from '../test/packets.ts'
import { ServiceFlag } from '../src/lb_xdp.gen.ts'
import { backends } from './backends.ts'
import { flowCounts } from './flow-counts.ts'
import { openDevices } from './devices.ts'
import type { Load } from './load.ts'
import type { Rig } from './rig.ts'
import type { Row } from './row.ts'
import { expectVerdict } from './snat.ts'
import { fromClients } from './traffic.ts'
import { eachOnce } from './warm.ts'

const PACKETS = 1 << 17
const TX = 3
const REDIRECT = 4
const NEVER = 2 ** 29
const OUTER = { v4: 20, v6: 40 } as const

const modes = {
  'dsr-ipip': { flag: ServiceFlag.SERVICE_DSR_IPIP, grows: true },
  'dsr-l2': { flag: ServiceFlag.SERVICE_DSR_L2, grows: false },
} as const

export type DsrMode = keyof typeof modes

/** Direct server return: a ring that stays as it is, and one of which every slot changes hands. */
export function dsrRows(mode: DsrMode, family: Family, rig: Rig, front: number, stack: DisposableStack): Row[] {
  const { grows } = modes[mode]
  const stable = stack.use(balancer(mode, family))
  const moving = stack.use(balancer(mode, family))
  moving.moving.moveAll(0)
  const ranged = stack.use(admitting(balancer(mode, family), family))
  const limited = stack.use(limiting(balancer(mode, family)))
  for (const lb of [stable, moving, ranged, limited]) openDevices(lb, rig.ingressIfindex, front)
  const wrapper = `${grows ? 'shrink' : 'restore'}${family === 'v4' ? '4' : '6'}` as const
  const row = (what: string, load: Load, lb = stable, verdict: VerdictName = 'TX_TO_BACKEND'): Row => ({
    name: `${mode}/${family}/${what}`,
    program: lb.program,
    wrapper,
    load,
    packets: PACKETS,
    length: load.packet.length + (grows ? OUTER[family] : 0),
    action: verdict === 'TX_TO_BACKEND' ? TX : REDIRECT,
    counted: (packets, run) => expectVerdict(lb, verdict, packets, run),
  })
  const recorded = fromClients(family, 'syn', flowCounts['64K'])
  const known = fromClients(family, 'ack', flowCounts['1'])
  eachOnce(rig, row('', recorded, moving))
  return [
    row('tcp-syn', fromClients(family, 'syn', flowCounts['1'])),
    row('tcp-syn/1M', fromClients(family, 'syn', flowCounts['1M'])),
    ...Object.entries(flowCounts).map(([label, count]) =>
      row(`tcp-established/${label}`, fromClients(family, 'ack', count)),
    ),
    { ...row('tcp-redirected/1', known, stable, 'REDIRECT_TO_BACKEND'), ingressIfindex: front },
    row('udp/1K', fromClients(family, 'udp', flowCounts['1K'])),
    row('tcp-ranges/1', known, ranged),
    row('tcp-ranges/64K', fromClients(family, 'ack', flowCounts['64K']), ranged),
    row('tcp-syn-limited/64K', recorded, limited),
    row('tcp-moving/1', known, moving),
    row('tcp-moving/64K', fromClients(family, 'ack', flowCounts['64K']), moving),
    {
      ...row('tcp-moving-new/64K', recorded, moving),
      packets: flowCounts['64K'],
      before: () => moving.moving.forgetRecords(),
    },
  ]
}

/** A service for each protocol on the same members; the kernel is asked for each next hop once. */
function balancer(mode: DsrMode, family: Family): Balancer {
  const lb = new Balancer({ ringLog2: 14, recordLines: 1 << 15, rateLines: 1 << 14, config: { pulseLimit: NEVER } })
  const members = backends(family).map(({ address }) => ({ address, port: 80 }))
  const service = { address: vip[family], port: 80, members, source: own[family], flags: modes[mode].flag }
  lb.addService(service)
  lb.addService({ ...service, protocol: 'udp' })
  lb.beat(1)
  return lb
}

/** Sixteen prefixes, of which the clients are in the last. */
function admitting(lb: Balancer, family: Family): Balancer {
  const numbers = Array.from({ length: 15 }, (_, i) => i)
  const bounds = {
    v4: [...numbers.flatMap((i) => [`1.${i}.0.0`, `1.${i}.128.0`]), '10.0.0.0', '11.0.0.0'],
    v6: [...numbers.flatMap((i) => [`2001:${i}::`, `2001:${i}:8000::`]), 'fc00::', 'fe00::'],
  }
  lb.admission.setRanges(0, bounds[family])
  return lb
}

/** Everybody is counted, and nobody has to wait. */
function limiting(lb: Balancer): Balancer {
  lb.admission.setLimit(0, { perSecond: 1e6, burst: 0xffff, prefix: 128 })
  return lb
}
