import { isDeepStrictEqual } from 'node:util'
import { afterAll, beforeAll, beforeEach, describe, expect, test } from '@jest/globals'
import { type ArrayMap, xdpContext } from 'libbpf-ts'
import { needing, needs } from '@skep/testbed'
import { deviceOfRuns } from '../test/hook.ts'
import { backend, own, spare, vip } from '../test/lab.ts'
import { families, type Family, leg, packet, segment } from '../test/packets.ts'
import { type Stage, stage } from '../test/stage.ts'
import { MovePhase, ServiceFlag, Verdict } from './lb_xdp.gen.ts'

const SYNS = 4000
const modes = [
  ['in a tunnel', ServiceFlag.SERVICE_DSR_IPIP],
  ['by the MAC alone', ServiceFlag.SERVICE_DSR_L2],
] as const

needing(needs.root, needs.bpf, deviceOfRuns).describe('a flood of SYNs to services whose slots stay', () => {
  let at: Stage
  beforeAll(() => void (at = stage()))
  afterAll(() => at[Symbol.dispose]())

  describe.each(modes)('%s', (_, mode) => {
    beforeEach(() => {
      at.lb.clear()
      at.lb.moving.forgetRecords()
      for (const family of families) serve(family)
      at.lb.beat(1)
    })

    function serve(family: Family): void {
      const id = at.lb.addService({
        address: vip[family],
        port: 80,
        members: [backend, spare].map((member) => ({ address: member[family], port: 80 })),
        source: own[family],
        flags: mode,
      })
      at.lb.moving.moveAll(id, MovePhase.PHASE_STABLE)
    }

    test.each(families)('%s: all are sent, and nothing is written but counters and next hops', (family) => {
      const before = memory(at)
      const sent = sentToBackends(at)
      flood(at, family)
      expect(sentToBackends(at) - sent).toBe(BigInt(SYNS))
      expect(changed(before, memory(at))).toEqual([])
    })

    test.each(families)('%s: of a slot that moves, records are written', (family) => {
      at.lb.moving.setPhase(families.indexOf(family), MovePhase.PHASE_MOVE)
      at.lb.moving.forgetRecords()
      const before = memory(at)
      flood(at, family)
      expect(changed(before, memory(at))).toEqual(['records'])
    })
  })
})

/** SYNs from clients that do not exist, each of a flow of its own. */
function flood({ lb, net }: Stage, family: Family): void {
  net.ns.run(() => {
    for (let n = 0; n < SYNS; n++) {
      const [high, low] = [n >> 8, n & 255]
      const source = { v4: `10.${50 + (n % 100)}.${high}.${low}`, v6: `fd50:${n % 100}::${high}:${low}` }
      const data = packet(family, { ...leg.clientToVip, source }, segment(1024 + ((n * 13) % 60000), 80, 'syn'))
      const context = xdpContext(data.length, { ingressIfindex: net.front })
      lb.program.testRun({ data, context })
    }
  })
}

/** All that packets can find in the tables, by the map's name. A member's note of its next hop is left out. */
function memory({ lb }: Stage): Map<string, unknown> {
  const {
    hops: _hops,
    members,
    memberCounters: _sent,
    verdictCounters: _verdicts,
    swapLocks: _,
    devices: _devices,
    ...tables
  } = lb.lb.maps
  const found = new Map<string, unknown>(Object.entries(tables).map(([name, map]) => [name, bytesOf(map)]))
  return found.set(
    'members',
    [...members].map(([, member]) => ({ ...member, hop: 0 })),
  )
}

function bytesOf(map: ArrayMap<unknown>): Buffer {
  using mapped = map.mmap()
  return Buffer.from(new Uint8Array(mapped.buffer).slice())
}

function changed(before: Map<string, unknown>, after: Map<string, unknown>): string[] {
  return [...before.keys()].filter((name) => !isDeepStrictEqual(before.get(name), after.get(name)))
}

function sentToBackends({ lb }: Stage): bigint {
  return lb.counters()[Verdict.VERDICT_REDIRECT_TO_BACKEND]!.packets
}
