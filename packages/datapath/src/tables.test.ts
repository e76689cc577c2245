import { afterAll, beforeAll, beforeEach, describe, expect, test } from '@jest/globals'
import { hashKeys } from '../test/plain-config.ts'
import { hash, hashFlow, keyBytes, portBytes } from '../test/hash.ts'
import { atEachHook } from '../test/hook.ts'
import { backend, client, own } from '../test/lab.ts'
import { families, leg, packet, segment } from '../test/packets.ts'
import { type Stage, stage } from '../test/stage.ts'

atEachHook('service tables and rings', (hook) => {
  const { clientToVip } = leg

  const TCP = 6
  const SERVICE_MASK = 15

  let at: Stage
  beforeAll(() => void (at = stage({ hook, natLines: 256, serviceLines: SERVICE_MASK + 1 })))
  beforeEach(() => at.reset())
  afterAll(() => at[Symbol.dispose]())

  describe.each(families)('%s: the service table', (family) => {
    const address = (n: number): string => (family === 'v4' ? `198.51.100.${n}` : `2001:db8:1::${n.toString(16)}`)
    const add = (n: number, port = 80): number =>
      at.lb.addService({
        address: address(n),
        port,
        members: [{ address: backend[family], port: 8080 }],
        source: own[family],
      })
    const ask = (n: number, port = 80): string => {
      const destination = { v4: address(n), v6: address(n) }
      return at.run(packet(family, { ...clientToVip, destination }, segment(40000, port, 'syn'))).verdict
    }
    const buckets = (n: number, port: number, protocol: number): [number, number] => {
      const h = hash(hashKeys.hashKey0, keyBytes(address(n), ...portBytes(port), protocol, 1))
      return [Number(h & BigInt(SERVICE_MASK)), Number((h >> 32n) & BigInt(SERVICE_MASK))]
    }

    test('a key in the second bucket is found when the first one says that it overflowed', () => {
      const table = family === 'v4' ? at.lb.lb.maps.services4 : at.lb.lb.maps.services6
      const n = [...Array(200).keys()].find((i) => {
        const [first, second] = buckets(i, 80, TCP)
        return first !== second
      })!
      const [first] = buckets(n, 80, TCP)
      fill(first)
      add(n)
      expect(table.get(first)!.overflow).toBe(1)
      expect(ask(n)).toBe('REDIRECT_TO_BACKEND')
      const bucket = table.get(first)!
      ;(table as { set(index: number, value: typeof bucket): void }).set(first, { ...bucket, overflow: 0 })
      expect(ask(n)).toBe('PASS_FOREIGN')
    })

    /** Every free place of a bucket is taken by keys that nobody asks for. */
    function fill(index: number): void {
      if (family === 'v4') {
        const bucket = at.lb.lb.maps.services4.get(index)!
        const keys = bucket.keys.map((key) => (key.used ? key : { address: 1, port: 1, protocol: 1, used: 1 }))
        at.lb.lb.maps.services4.set(index, { ...bucket, keys })
      } else {
        const bucket = at.lb.lb.maps.services6.get(index)!
        const tails = bucket.tails.map((tail) => (tail.used ? tail : { service: 0, port: 1, protocol: 1, used: 1 }))
        at.lb.lb.maps.services6.set(index, { ...bucket, tails })
      }
    }

    test('address, port and protocol decide together', () => {
      add(1)
      expect(ask(1)).toBe('REDIRECT_TO_BACKEND')
      expect(ask(1, 81)).toBe('PASS_FOREIGN')
      expect(ask(2)).toBe('PASS_FOREIGN')
    })

    test('a removed service is foreign', () => {
      const id = add(1)
      at.lb.removeService(id)
      expect(ask(1)).toBe('PASS_FOREIGN')
    })
  })

  describe.each(families)('%s: the ring', (family) => {
    test('a flow’s slot is the top bits of its hash, and no address of the service is in it', () => {
      const members = Array.from({ length: 128 }, (_, i) => ({ address: backend[family], port: 1000 + i }))
      const virtual = { v4: '192.0.2.20', v6: '2001:db8::20' }
      at.lb.clear()
      at.lb.addService({ address: virtual[family], port: 80, members, source: own[family] })
      for (let port = 1000; port < 1200; port++) {
        at.run(packet(family, { ...clientToVip, destination: virtual }, segment(port, 80, 'syn')))
      }
      const slots = [...at.lb.nat.connections().values()].map(({ clientPort, backendPort }) => ({
        clientPort,
        slot: backendPort - 1000,
      }))
      const expected = slots.map(({ clientPort }) => {
        const flow = hashFlow(hashKeys.hashKey1, TCP, client[family], clientPort, 80)
        return { clientPort, slot: Number(flow >> 57n) }
      })
      expect(slots).toEqual(expected)
      expect(slots).toHaveLength(200)
      expect(new Set(slots.map(({ slot }) => slot)).size).toBeGreaterThan(64)
    })
  })
})
