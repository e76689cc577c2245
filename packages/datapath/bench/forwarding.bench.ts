import { build, type Part } from '@skep/packet'
import { openObject, type Program, xdpContext } from 'libbpf-ts'
import type { Bench } from '../../../tools/bench/bench.ts'
import { ServiceFlag, Verdict } from '../src/lb-xdp.ts'
import { Balancer } from '../test/balancer.ts'
import { backend, type Lab, lab, mac, own, vip } from '../test/lab.ts'
import { families, type Family, ip, leg, segment } from '../test/packets.ts'
import { openDevices } from './devices.ts'
import { pinToOneCpu } from './pin.ts'
import { OBJECT } from './rig.ts'
import { median } from './sample.ts'

const ROUNDS = 11
/** As many as one batch: what has changed a frame is not undone before it is sent again. */
const FRAMES = 64
const RUNS = 512
const ATTEMPTS = 20

interface Row {
  readonly name: string
  readonly program: Program
  readonly frame: Uint8Array
  /** So many frames have gone where the row says. */
  readonly sent: () => bigint
}

/**
 * The ways out, from the driver's call of the program to the frame's end behind a veth: back by the device (XDP_TX), by another (XDP_REDIRECT over the
 * device map), or by the kernel's own forwarding. BPF_PROG_RUN makes the frames, and really sends them.
 */
export default {
  group: 'forwarding',
  run(report, floor) {
    using net = lab()
    using _cpu = pinToOneCpu()
    net.ns.run(() => {
      using stack = new DisposableStack()
      const drop = stack.use(openObject(OBJECT).load()).program('drop')
      for (const device of ['front-peer', 'back-peer']) stack.use(drop.attachXdp({ device, mode: 'native' }))
      const lb = stack.use(balancer(net))
      for (const device of ['front', 'back']) stack.use(lb.program.attachXdp({ device, mode: 'native' }))
      const all = families.flatMap((family) => rows(family, lb, net))
      const dropped: Row = { ...all[0]!, name: 'frames/xdp-drop', program: drop, sent: () => 0n }
      const taken = new Map<Row, number[]>([dropped, ...all].map((row) => [row, []]))
      for (let round = 0; round < ROUNDS; round++) {
        for (const [row, samples] of taken) samples.push(sample(row, net, row !== dropped))
        console.error(`  round ${round + 1} of ${ROUNDS}`)
      }
      const base = median(taken.get(dropped)!)
      floor({ name: dropped.name, rawNs: base })
      for (const row of all) report(figures(row, taken, base))
    })
  },
} satisfies Bench

/** `ownNs`: more than a frame costs that is dropped. `toTx`: as a multiple of what XDP_TX costs. */
function figures(row: Row, taken: ReadonlyMap<Row, readonly number[]>, base: number) {
  const family = row.name.split('/')[1]
  const tx = [...taken].find(([{ name }]) => name === `forward/${family}/tx`)![1]
  const samples = taken.get(row)!
  const ratios = samples.map((ns, i) => ns / tx[i]!)
  return {
    name: row.name,
    ownNs: Math.round(median(samples) - base),
    rawNs: Math.round(median(samples)),
    toTx: Math.round(100 * median(ratios)) / 100,
  }
}

/** DSR by the MAC: what XDP itself does least for. */
function balancer({ front, back }: Lab): Balancer {
  const lb = new Balancer({ config: { pulseLimit: 2 ** 30 } })
  for (const family of families) {
    const members = [{ address: backend[family], port: 80 }]
    lb.addService({ address: vip[family], port: 80, members, source: own[family], flags: ServiceFlag.SERVICE_DSR_L2 })
  }
  openDevices(lb, front, back)
  lb.beat(1)
  return lb
}

function rows(family: Family, lb: Balancer, net: Lab): Row[] {
  const { clientToVip } = leg
  const syn: Part = segment(40000, 80, 'syn')
  const frame = (dst: string, to: string): Uint8Array =>
    build(
      { ...clientToVip.ethernet, dst },
      ip(family, { ...clientToVip, destination: { ...clientToVip.destination, [family]: to } }, 255),
      syn,
    )
  const counted = (verdict: number) => () => lb.counters()[verdict]!.packets
  const { program } = lb
  const left = (): bigint => net.nl.link.get({ name: 'back' })!.statistics!.txPackets
  return [
    {
      name: `forward/${family}/tx`,
      program,
      frame: frame(mac.back, vip[family]),
      sent: counted(Verdict.VERDICT_TX_TO_BACKEND),
    },
    {
      name: `forward/${family}/redirect`,
      program,
      frame: frame(mac.front, vip[family]),
      sent: counted(Verdict.VERDICT_REDIRECT_TO_BACKEND),
    },
    { name: `forward/${family}/kernel`, program, frame: frame(mac.front, backend[family]), sent: left },
  ]
}

/** Nanoseconds a frame. A sample counts only if every frame went where its row says. */
function sample({ name, program, frame, sent }: Row, net: Lab, counts: boolean): number {
  const ingressIfindex = name.endsWith('/tx') ? net.back : net.front
  const context = xdpContext(frame.length, { ingressIfindex })
  for (let attempt = 0; attempt < ATTEMPTS; attempt++) {
    const before = sent()
    const times = Array.from({ length: RUNS }, () =>
      program.testRun({ data: frame, context, repeat: FRAMES, liveFrames: true }),
    )
    const gone = sent() - before
    const expected = BigInt(RUNS * FRAMES)
    if (counts && gone < expected) throw new Error(`${name}: ${gone} frames of ${expected}`)
    // The kernel sends frames of its own, if seldom: neighbour discovery, multicast reports.
    const isAlone = gone === expected && times.every(({ interruptions }) => interruptions === 0)
    if (counts && !isAlone) continue
    return median(times.map(({ durationNs }) => durationNs))
  }
  throw new Error(`${name}: interrupted ${ATTEMPTS} times`)
}
