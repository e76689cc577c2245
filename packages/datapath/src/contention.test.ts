import { expect, test } from '@jest/globals'
import { needing, needs } from '@skep/testbed'
import { readClock } from './clock.ts'
import type { NatEntry } from './lb_xdp.gen.ts'
import { Balancer } from '../test/balancer.ts'
import { backend, own, vip } from '../test/lab.ts'
import { families, type Family, leg, packet, segment } from '../test/packets.ts'
import { hammer } from '../test/two-cpus.ts'

const ROUNDS = 300

needing(needs.root, needs.bpf).describe('two CPUs at once', () => {
  test.each(families)(
    '%s: the same new flows: one entry each, one port each, no word lost',
    async (family) => {
      using lb = withService(family)
      const same = Array.from({ length: ROUNDS }, (_, n) => syn(family, n, 40000 + (n % 8)))
      await hammer(lb, [same, same])
      expectSound(lb)
      expect(lb.nat.connections().size).toBeGreaterThan(ROUNDS * 0.9)
    },
    60_000,
  )

  test.each(families)(
    '%s: different flows that want the same ports',
    async (family) => {
      using lb = withService(family)
      const flows = (first: number): Uint8Array[] =>
        Array.from({ length: ROUNDS }, (_, n) => syn(family, first + n, 40000 + (n % 8)))
      await hammer(lb, [flows(0), flows(10_000)])
      expectSound(lb)
      expect(lb.nat.connections().size).toBeGreaterThan(2 * ROUNDS * 0.99)
    },
    60_000,
  )

  test.each(families)(
    '%s: a full table of entries that have gone',
    async (family) => {
      using lb = withService(family, 64)
      for (let first = 0; first < 4; first++) {
        const flows = (from: number): Uint8Array[] =>
          Array.from({ length: 300 }, (_, n) => syn(family, from + n, 40000 + (n % 8)))
        await hammer(lb, [flows(first * 2000), flows(first * 2000 + 150)])
        expectSound(lb)
        for (const index of lb.nat.connections().keys()) lb.nat.age(index, 30 * lb.config.jiffiesPerSecond)
      }
    },
    60_000,
  )
})

function withService(family: Family, natLines = 2048): Balancer {
  const lb = new Balancer({ natLines })
  lb.addService({
    address: vip[family],
    port: 80,
    members: [{ address: backend[family], port: 8080 }],
    source: own[family],
  })
  return lb
}

function syn(family: Family, client: number, port: number): Uint8Array {
  const [high, low] = [client >> 8, client & 255]
  const source = { v4: `10.50.${high}.${low}`, v6: `fd50::${high.toString(16)}:${low.toString(16)}` }
  return packet(family, { ...leg.clientToVip, source }, segment(port, 80, 'syn'))
}

/**
 * Of those that have not gone: each flow once, each translated port once, and exactly one word of the replies for each
 * entry. (One that has gone may have lost its port to another already.)
 */
function expectSound(lb: Balancer): void {
  const now = Number(readClock().jiffies & 0xffffffffn)
  const isLive = (entry: NatEntry): boolean => (now - entry.lastSeen) >>> 0 < lb.config.timeoutOpening
  const entries = [...lb.nat.connections()].filter(([, entry]) => isLive(entry))
  const flows = entries.map(([, { client, clientPort, service }]) => `${client.join()} ${clientPort} ${service}`)
  const ways = entries.map(([, { backend: to, backendPort, natPort }]) => `${to.join()} ${backendPort} ${natPort}`)
  const live = new Set(entries.map(([index]) => index))
  const replies = lb.nat.replyWords().map((word) => Number(word >> 32n))
  const ascending = (a: number, b: number): number => a - b
  expect(duplicates(flows)).toEqual([])
  expect(duplicates(ways)).toEqual([])
  expect(replies.filter((index) => live.has(index)).toSorted(ascending)).toEqual([...live].toSorted(ascending))
}

function duplicates(values: readonly string[]): string[] {
  const seen = new Set<string>()
  return values.filter((value) => seen.size === seen.add(value).size)
}
