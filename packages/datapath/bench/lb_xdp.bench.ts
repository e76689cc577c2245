import type { Bench } from '../../../tools/bench/bench.ts'
import { type Lab, lab } from '../test/lab.ts'
import { families } from '../test/packets.ts'
import { prepareRoutes } from './backends.ts'
import { dsrRows } from './dsr.ts'
import { Floors } from './floors.ts'
import { flowCounts } from './flow-counts.ts'
import { katranRows } from './katran-rows.ts'
import { pinToOneCpu } from './pin.ts'
import { Rig } from './rig.ts'
import { type Row, sample } from './row.ts'
import { type Sample, summary } from './sample.ts'
import { snatRows } from './snat.ts'

const ROUNDS = 11

/** All rows in every round, one after the other, so that what the machine does meanwhile hits all alike. */
export default {
  group: 'datapath',
  run(report, floor) {
    using net = lab()
    prepareRoutes(net)
    using _cpu = pinToOneCpu()
    net.ns.run(() => {
      using stack = new DisposableStack()
      const rig = stack.use(new Rig(flowCounts['1M'], net.back))
      const rows = contenders(rig, net, stack)
      const floors = new Floors(rig)
      const samples = new Map<Row, Sample[]>(rows.map((row) => [row, []]))
      for (let round = 0; round < ROUNDS; round++) {
        floors.sample(round)
        for (const [row, taken] of samples) taken.push(sample(rig, row, round))
        progress(`round ${round + 1} of ${ROUNDS}`)
      }
      for (const figures of floors.figures()) floor(figures)
      for (const [{ name }, taken] of samples) report(summary(name, taken))
    })
  },
} satisfies Bench

/**
 * Packets come in by the device that they leave by, as Katran has it, unless a row says otherwise. A mode is one line.
 * `KATRAN`: a checkout of the peer, measured beside ours.
 */
function contenders(rig: Rig, { front }: Lab, stack: DisposableStack): Row[] {
  const { KATRAN: checkout } = process.env
  const modes: Readonly<Record<string, () => Row[]>> = {
    ...Object.fromEntries(
      (['dsr-ipip', 'dsr-l2'] as const).map((mode) => [
        mode,
        () => families.flatMap((family) => dsrRows(mode, family, rig, front, stack)),
      ]),
    ),
    snat: () => families.flatMap((family) => snatRows(family, rig, front, stack)),
    ...(checkout ? { katran: () => katranRows(checkout, rig, stack) } : {}),
  }
  return Object.entries(modes).flatMap(([mode, rows]) => {
    progress(`${mode}: a million connections of each family are opened`)
    return rows()
  })
}

function progress(text: string): void {
  console.error(`  ${text}`)
}
