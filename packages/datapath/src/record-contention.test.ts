import { afterAll, beforeAll, beforeEach, describe, expect, test } from '@jest/globals'
import { build, tcp } from '@skep/packet'
import { needing, needs } from '@skep/testbed'
import { deviceOfRuns } from '../test/hook.ts'
import { fmix64, hashFlow } from '../test/hash.ts'
import { backend, own, spare, vip } from '../test/lab.ts'
import { families, type Family, ip, leg } from '../test/packets.ts'
import { hashKeys } from '../test/plain-config.ts'
import { type Stage, stage } from '../test/stage.ts'
import { hammer } from '../test/two-cpus.ts'
import { readClock } from './clock.ts'
import { MovePhase, ServiceFlag } from './lb_xdp.gen.ts'

const TCP = 6
const SERVICE = 0
const recordLines = 1024
const LINES = 400
const FLOWS = 8000
/** Longer than a record lives without packets, in record units. */
const LONG_AGO = 4000
const OTHER_MAC = '02:00:00:00:01:03'

/** kind: of a packet that comes together with the first SYN. */
const cases = [
  { name: 'in the move', phase: MovePhase.PHASE_MOVE, flags: 0, kind: 'syn' },
  { name: 'in the harvest', phase: MovePhase.PHASE_HARVEST, flags: 0, kind: 'ack' },
  { name: 'chosen at random', phase: MovePhase.PHASE_STABLE, flags: ServiceFlag.SERVICE_RANDOM, kind: 'syn' },
] as const

interface Flow {
  readonly client: { readonly v4: string; readonly v6: string }
  readonly port: number
  readonly tag: number
  readonly line: number
}

/** Two packets that come at the same moment, each of its flow. */
type Round = readonly [Beat, Beat]
interface Beat {
  readonly flow: Flow
  readonly packet: Uint8Array
}

needing(needs.root, needs.bpf, deviceOfRuns).describe('records that two CPUs write at once', () => {
  let at: Stage
  beforeAll(() => {
    at = stage({ recordLines })
    for (const address of Object.values(spare))
      at.net.nl.neighbor.replace({ index: at.net.back, address, lladdr: OTHER_MAC })
  })
  afterAll(() => at[Symbol.dispose]())

  describe.each(families)('%s', (family) => {
    const crowds = flowsByLine(family)
    const flows = crowds.flat()

    describe.each(cases)('$name', ({ phase, flags, kind }) => {
      const rounds = crowds.flatMap((crowd) => meetings(family, crowd, kind))

      beforeEach(() => {
        at.lb.clear()
        at.lb.addService({
          address: vip[family],
          port: 80,
          members: [backend, spare].map((member) => ({ address: member[family], port: 80 })),
          source: own[family],
          flags: ServiceFlag.SERVICE_DSR_L2 | flags,
        })
        at.lb.moving.moveAll(SERVICE, phase)
        at.lb.moving.forgetRecords()
      })

      test('in free places: one record each, and all packets to one backend', () => expectOneEach(rounds), 60_000)

      test('in place of what has gone, their own too: the same', async () => {
        crowds.forEach(([first, second], i) => writeGone(first!.line, i % 2 ? first! : second!))
        await expectOneEach(rounds)
      }, 60_000)

      async function expectOneEach(all: readonly Round[]): Promise<void> {
        const lists = ([0, 1] as const).map((cpu) => all.map((round) => round[cpu].packet))
        const sent = await hammer(at.lb, lists, at.net)
        const macs = new Map(flows.map((flow) => [flow, new Set([macOf(later(flow))])]))
        all.forEach((round, n) => round.forEach(({ flow }, cpu) => macs.get(flow)!.add(macOf(sent[cpu]![n]!))))
        const counts = recordsByTag()
        expect(flows.filter(({ tag }) => counts.get(tag) !== 1)).toEqual([])
        expect(flows.filter((flow) => macs.get(flow)!.size !== 1)).toEqual([])
        expect(new Set([...macs.values()].flatMap((of) => [...of])).size).toBe(2)
      }

      function later(flow: Flow): Uint8Array {
        const { verdict, packet } = at.run(frame(family, flow, 'ack', 3000))
        expect(verdict).toBe('REDIRECT_TO_BACKEND')
        return packet
      }
    })
  })

  /** A full line of records that have been idle for too long, one of them of this flow. */
  function writeGone(line: number, { tag }: Flow): void {
    const time = BigInt.asUintN(16, now() - BigInt(LONG_AGO)) << 48n
    at.lb.lb.maps.records.set(line, {
      words: Array.from({ length: 8 }, (_, i) => BigInt(i === 5 ? tag : i + 1) | time),
    })
  }

  function now(): bigint {
    return readClock().jiffies >> BigInt(at.lb.config.recordShift)
  }

  function recordsByTag(): Map<number, number> {
    const counts = new Map<number, number>()
    for (const [, { words }] of at.lb.lb.maps.records)
      for (const word of words) {
        const tag = Number(word & 0xffffffffn)
        counts.set(tag, (counts.get(tag) ?? 0) + 1)
      }
    return counts
  }
})

/** Flows whose records want the same line first, three together. */
function flowsByLine(family: Family): Flow[][] {
  const lines = Array.from({ length: recordLines }, (): Flow[] => [])
  for (let n = 0; n < FLOWS; n++) {
    const flow = flowOf(family, n)
    lines[flow.line]!.push(flow)
  }
  const crowds = lines.filter((flows) => flows.length >= 3).map((flows) => flows.slice(0, 3))
  return crowds.slice(0, LINES)
}

function flowOf(family: Family, n: number): Flow {
  const [high, low, port] = [n >> 8, n & 255, 40000 + (n % 7)]
  const source = { v4: `10.50.${high}.${low}`, v6: `fd50::${high.toString(16)}:${low.toString(16)}` }
  const hash = hashFlow(hashKeys.hashKey1, TCP, source[family], port, 80)
  const line = Number(fmix64(hash) & BigInt(recordLines - 1))
  return { client: source, port, tag: Number(hash >> 32n) || 1, line }
}

/** The same flow, two others at the same line, and those again, sent by somebody else. */
function meetings(family: Family, [first, second, third]: readonly Flow[], kind: 'syn' | 'ack'): Round[] {
  const beat = (flow: Flow | undefined, flag: 'syn' | 'ack', seq: number): Beat => ({
    flow: flow!,
    packet: frame(family, flow!, flag, seq),
  })
  return [
    [beat(first, 'syn', 1000), beat(first, kind, 2000)],
    [beat(second, 'syn', 1000), beat(third, 'syn', 1000)],
    [beat(third, kind, 2000), beat(first, 'syn', 1000)],
  ]
}

function frame(family: Family, { client, port }: Flow, flag: 'syn' | 'ack', seq: number): Uint8Array {
  const on = { ...leg.clientToVip, source: client }
  return build(on.ethernet, ip(family, on), tcp({ srcPort: port, dstPort: 80, flags: [flag], seq }))
}

function macOf(frame: Uint8Array): string {
  return Buffer.from(frame.subarray(0, 6)).toString('hex')
}
