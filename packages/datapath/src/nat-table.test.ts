import { afterEach, describe, expect, test } from '@jest/globals'
import { needing, needs } from '@skep/testbed'
import type { NatEntry } from './lb_xdp.gen.ts'
import { NatState } from './lb_xdp.gen.ts'
import { deviceOfRuns } from '../test/hook.ts'
import type { Balancer } from '../test/balancer.ts'
import type { BalancerOptions } from '../test/balancer-options.ts'
import { hashKeys } from '../test/plain-config.ts'
import { hashFlow, hashNat, linesOf, tagOf } from '../test/hash.ts'
import { backend, own, spare, vip } from '../test/lab.ts'
import { families, type Family, leg, packet, segment, sent } from '../test/packets.ts'
import { type Stage, stage } from '../test/stage.ts'
import { fromWords } from '../test/words.ts'

/** Over an hour each, so that the time that a test takes does not matter. */
const LONG = { timeoutOpening: 4_000_000, jiffiesPerSecond: 4_000_000 }

needing(needs.root, needs.bpf, deviceOfRuns).describe('the NAT table', () => {
  const { clientToVip, backendToOwn, vipToClient } = leg

  let at: Stage
  afterEach(() => at[Symbol.dispose]())

  function make(options: BalancerOptions): void {
    at = stage(options)
  }

  /** A client of its own for each number. */
  function from(n: number): { v4: string; v6: string } {
    return { v4: `10.0.${1 + (n >> 8)}.${n & 255}`, v6: `fd00::${(0x100 + n).toString(16)}` }
  }

  function syn(family: Family, n: number, port = 40000): string {
    return at.run(packet(family, { ...clientToVip, source: from(n) }, segment(port, 80, 'syn'))).verdict
  }

  function entries(): NatEntry[] {
    return [...at.lb.nat.connections().values()]
  }

  function natPorts(): number[] {
    return entries()
      .map(({ natPort }) => natPort)
      .toSorted((a, b) => a - b)
  }

  describe.each(families)('%s: ports', (family) => {
    test('the client’s port is kept when it is in the range and free', () => {
      make({})
      for (const port of [32768, 40000, 65535]) syn(family, 1, port)
      expect(natPorts()).toEqual([32768, 40000, 65535])
    })

    test('a port outside the range is replaced by one inside', () => {
      make({ config: { natPortMin: 40000, natPortMax: 40009 } })
      for (const port of [1, 1024, 39999, 40010, 65535]) expect(syn(family, 1, port)).toBe('REDIRECT_TO_BACKEND')
      const ports = natPorts()
      expect(new Set(ports).size).toBe(5)
      expect(Math.min(...ports)).toBeGreaterThanOrEqual(40000)
      expect(Math.max(...ports)).toBeLessThanOrEqual(40009)
    })

    test('clients with the same port towards one backend get different ones, and each its own replies', () => {
      make({ natLines: 64 })
      for (let n = 1; n <= 50; n++) expect(syn(family, n)).toBe('REDIRECT_TO_BACKEND')
      expect(new Set(natPorts()).size).toBe(50)
      for (const entry of entries()) {
        const reply = packet(family, backendToOwn, segment(8080, entry.natPort, 'syn', 'ack'))
        const address = fromWords(entry.client, entry.family)
        at.net.nl.neighbor.replace({ index: at.net.front, address, lladdr: '02:00:00:00:00:01' })
        const destination = { v4: address, v6: address }
        expect(at.run(reply, at.net.back).packet).toEqual(
          sent(family, { ...vipToClient, destination }, segment(80, 40000, 'syn', 'ack')),
        )
      }
    })

    test('a client with the same port towards two services with one backend', () => {
      make({})
      const second = { v4: '192.0.2.11', v6: '2001:db8::11' }
      at.lb.addService({
        address: second[family],
        port: 80,
        members: [{ address: backend[family], port: 8080 }],
        source: own[family],
      })
      syn(family, 1)
      at.run(packet(family, { ...clientToVip, source: from(1), destination: second }, segment(40000, 80, 'syn')))
      const [first, other] = natPorts()
      expect(first).not.toBe(other)
    })

    test('the same port towards another backend is free', () => {
      make({})
      const second = { v4: '192.0.2.11', v6: '2001:db8::11' }
      at.lb.addService({
        address: second[family],
        port: 80,
        members: [{ address: spare[family], port: 8080 }],
        source: own[family],
      })
      syn(family, 1)
      at.run(packet(family, { ...clientToVip, source: from(1), destination: second }, segment(40000, 80, 'syn')))
      expect(natPorts()).toEqual([40000, 40000])
    })

    test('no port left: dropped, and no entry is kept', () => {
      make({ config: { natPortMin: 40000, natPortMax: 40003 } })
      for (let n = 1; n <= 4; n++) expect(syn(family, n)).toBe('REDIRECT_TO_BACKEND')
      expect(syn(family, 5)).toBe('DROP_NAT_NO_PORT')
      expect(natPorts()).toEqual([40000, 40001, 40002, 40003])
      expect(at.lb.nat.replyWords()).toHaveLength(4)
    })

    test('the port of an abandoned connection is given to another', () => {
      make({ config: { natPortMin: 40000, natPortMax: 40000, ...LONG } })
      syn(family, 1)
      const { index } = at.lb.nat.connection()
      at.lb.nat.age(index, 1.5 * LONG.timeoutOpening)
      expect(syn(family, 2)).toBe('DROP_NAT_NO_PORT')
      at.lb.nat.age(index, LONG.timeoutOpening)
      expect(syn(family, 2)).toBe('REDIRECT_TO_BACKEND')
      expect(at.lb.nat.replyWords()).toHaveLength(1)
      const reply = at.run(packet(family, backendToOwn, segment(8080, 40000, 'syn', 'ack')), at.net.back)
      expect(fromWords(entries().find(({ memberSeen }) => memberSeen > 0)!.client, family === 'v4' ? 2 : 10)).toBe(
        from(2)[family],
      )
      expect(reply.verdict).toMatch(/TO_CLIENT$|NO_NEIGHBOUR$/)
    })
  })

  describe.each(families)('%s: a table of 16 entries', (family) => {
    const TABLE = { natLines: 2, config: LONG }

    test('is full when both of a connection’s lines are', () => {
      make(TABLE)
      const found = Array.from({ length: 64 }, (_, n) => syn(family, n))
      expect(at.lb.nat.connections().size).toBe(16)
      expect(found.filter((verdict) => verdict === 'REDIRECT_TO_BACKEND')).toHaveLength(16)
      expect(new Set(found)).toEqual(new Set(['REDIRECT_TO_BACKEND', 'DROP_NAT_FULL']))
    })

    test('takes abandoned entries over, some time after their timeout, and their replies’ words with them', () => {
      make(TABLE)
      for (let n = 0; n < 64; n++) syn(family, n)
      const all = [...at.lb.nat.connections().keys()]
      for (const index of all) at.lb.nat.age(index, 1.5 * LONG.timeoutOpening)
      for (let n = 64; n < 80; n++) expect(syn(family, n)).toBe('DROP_NAT_FULL')
      for (const index of all) at.lb.nat.age(index, LONG.timeoutOpening)
      let taken = 0
      for (let n = 64; n < 160; n++) if (syn(family, n) === 'REDIRECT_TO_BACKEND') taken++
      expect(taken).toBe(16)
      expect(at.lb.nat.connections().size).toBe(16)
      const clients = entries().map(({ client }) => fromWords(client, family === 'v4' ? 2 : 10))
      const old = Array.from({ length: 64 }, (_, n) => from(n)[family])
      expect(clients.filter((address) => old.includes(address))).toEqual([])
      expect(replyIndexes(at.lb)).toEqual([...at.lb.nat.connections().keys()].toSorted((a, b) => a - b))
    })

    test('an established connection is not taken for a flood of new ones', () => {
      make(TABLE)
      syn(family, 1)
      at.run(packet(family, backendToOwn, segment(8080, 40000, 'syn', 'ack')), at.net.back)
      at.run(packet(family, { ...clientToVip, source: from(1) }, segment(40000, 80, 'ack')))
      for (let round = 0; round < 4; round++) {
        for (const [index, { state }] of at.lb.nat.connections())
          if (state !== NatState.NAT_ESTABLISHED) at.lb.nat.age(index, 3 * LONG.timeoutOpening)
        for (let n = 100 * round + 100; n < 100 * round + 132; n++) syn(family, n)
      }
      expect(entries().filter(({ state }) => state === NatState.NAT_ESTABLISHED)).toHaveLength(1)
    })
  })

  /** The entries that replies lead to, in order. */
  function replyIndexes(lb: Balancer): number[] {
    return lb.nat
      .replyWords()
      .map((word) => Number(word >> 32n))
      .toSorted((a, b) => a - b)
  }

  describe('where words stand', () => {
    const PROTOCOL = 6

    test.each(families)('%s: in one of the two lines of their hashes, with its tag', (family) => {
      make({ natLines: 16 })
      for (let n = 0; n < 64; n++) syn(family, n, 30000 + 500 * n)
      const mask = at.lb.config.natMask
      for (const [index, entry] of at.lb.nat.connections()) {
        const flow = hashFlow(hashKeys.hashKey1, PROTOCOL, fromWords(entry.client, entry.family), entry.clientPort, 80)
        const reply = hashFlow(hashKeys.hashKey1, PROTOCOL, backend[family], 8080, entry.natPort)
        expectWord(at.lb.lb.maps.natFlows, hashNat(flow, vip[family]), mask, index)
        expectWord(at.lb.lb.maps.natReplies, hashNat(reply, own[family]), mask, index)
      }
      expect(at.lb.nat.connections().size).toBe(64)
    })
  })

  function expectWord(
    table: { get(line: number): { words: bigint[] } | undefined },
    nat: bigint,
    mask: number,
    index: number,
  ): void {
    const words = linesOf(nat, mask).flatMap((line) => table.get(line)!.words)
    expect(words).toContain((BigInt(index) << 32n) | BigInt(tagOf(nat)))
  }
})
