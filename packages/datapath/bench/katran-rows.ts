import { families, type Family } from '../test/packets.ts'
import { flowCounts } from './flow-counts.ts'
import { Katran, type KatranCounts, type KatranProtocol } from './katran.ts'
import { buildKatran } from './katran-build.ts'
import type { Load } from './load.ts'
import type { Rig } from './rig.ts'
import type { Row } from './row.ts'
import { foreign, frameLength, fromClients, toOpen } from './traffic.ts'
import { eachOnce } from './warm.ts'

const PACKETS = 1 << 17
const PASS = 2
const TX = 3
const outerHeader = { v4: 20, v6: 40 } as const

/** By how much a packet of a row moves its counters. */
type Expected = { readonly [counter in keyof KatranCounts]: 0 | 1 }
const hit: Expected = { service: 1, sent: 1, passed: 0, misses: 0 }
const miss: Expected = { ...hit, misses: 1 }
const passed: Expected = { service: 0, sent: 0, passed: 1, misses: 0 }

/** Katran's rows, under the names of ours. A million TCP connections of each family are in its table. */
export function katranRows(checkout: string, rig: Rig, stack: DisposableStack): Row[] {
  const katran = stack.use(new Katran(buildKatran(checkout)))
  return families.flatMap((family) => rowsOf(katran, family, rig))
}

function rowsOf(katran: Katran, family: Family, rig: Rig): Row[] {
  const row = (what: string, load: Load, expected: Expected, protocol: KatranProtocol = 'tcp'): Row => ({
    name: `katran/${family}/${what}`,
    program: katran.program,
    wrapper: family === 'v4' ? 'shrink4' : 'shrink6',
    load,
    packets: PACKETS,
    action: expected.passed ? PASS : TX,
    length: frameLength[family] + (expected.passed ? 0 : outerHeader[family]),
    counted: (packets, run) => expectCounts(katran, [family, protocol], expected, packets, run),
  })
  const open = (): void => katran.floodGuard('open')
  const syn = (count: number): Load => fromClients(family, 'syn', count)
  eachOnce(rig, row('', toOpen(family, 'syn', flowCounts['1M']), miss), open)
  const udp = row('udp/1K', fromClients(family, 'udp', flowCounts['1K']), hit, 'udp')
  const renew = (): void => eachOnce(rig, { ...udp, counted: (_, run) => run() }, open)
  return [
    {
      ...row('not-a-vip', foreign(family), passed),
      name: family === 'v4' ? 'katran/not-a-vip' : 'katran/v6/not-a-vip',
      wrapper: family === 'v4' ? 'restore4' : 'restore6',
    },
    { ...row('tcp-syn', syn(1), miss), before: () => katran.floodGuard('held') },
    { ...row('tcp-syn/1M', syn(flowCounts['1M']), miss), before: () => katran.floodGuard('held') },
    { ...row('tcp-new/64K', syn(flowCounts['64K']), miss), packets: flowCounts['64K'], before: open },
    ...Object.entries(flowCounts).map(([label, count]) =>
      row(`tcp-established/${label}`, fromClients(family, 'ack', count), hit),
    ),
    { ...udp, before: renew },
  ]
}

function expectCounts(
  katran: Katran,
  service: readonly [Family, KatranProtocol],
  expected: Expected,
  packets: number,
  run: () => void,
): void {
  const before = katran.counts(...service)
  run()
  const after = katran.counts(...service)
  for (const [name, each] of Object.entries(expected) as [keyof KatranCounts, 0 | 1][]) {
    const more = after[name] - before[name]
    if (more !== BigInt(each * packets)) throw new Error(`katran: ${more} ${name}, expected ${each * packets}`)
  }
}
