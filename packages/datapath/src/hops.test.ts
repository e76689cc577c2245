import { afterAll, beforeAll, beforeEach, expect, test } from '@jest/globals'
import { atEachHook } from '../test/hook.ts'
import { backend, mac, own, spare, vip } from '../test/lab.ts'
import { leg, packet, segment } from '../test/packets.ts'
import { type Stage, stage } from '../test/stage.ts'
import { readClock } from './clock.ts'

const syn = (port: number): Uint8Array => packet('v4', leg.clientToVip, segment(port, 80, 'syn'))
const ack = packet('v4', leg.clientToVip, segment(40000, 80, 'ack'))

atEachHook('next hops that are remembered', (hook) => {
  let at: Stage
  let generation = 100
  beforeAll(() => void (at = stage({ hook })))
  beforeEach(() => {
    at.reset()
    at.net.nl.neighbor.replace({ index: at.net.back, address: backend.v4, lladdr: mac.backend })
    at.lb.beat(++generation)
    expect(at.run(syn(40000)).verdict).toBe('REDIRECT_TO_BACKEND')
    at.net.nl.neighbor.delete({ index: at.net.back, address: backend.v4 })
  })
  afterAll(() => at[Symbol.dispose]())

  test('are used without asking the kernel', () => {
    const { verdict, packet: sent } = at.run(ack)
    expect(verdict).toBe('REDIRECT_TO_BACKEND')
    expect(macOf(sent)).toBe(mac.backend)
  })

  test('are forgotten with the generation', () => {
    at.lb.beat(++generation)
    expect(at.run(ack).verdict).toBe('STACK_NO_NEIGHBOUR')
  })

  test('are not believed when nobody watches', () => {
    const old = readClock().jiffies - BigInt(at.lb.config.pulseLimit) - 1n
    at.lb.lb.maps.pulse.set(0, { heartbeat: old, generation, switches: 0 })
    expect(at.run(ack).verdict).toBe('STACK_NO_NEIGHBOUR')
  })

  test('do not hide that a packet is too big', () => {
    const big = packet('v4', leg.clientToVip, segment(40000, 80, 'ack'), new Uint8Array(1480))
    expect(at.run(big).verdict).not.toBe('REDIRECT_TO_BACKEND')
  })

  test('are one for all connections that go the same way', () => {
    at.net.nl.neighbor.replace({ index: at.net.back, address: backend.v4, lladdr: mac.backend })
    for (let port = 41000; port < 41010; port++) at.run(syn(port))
    const noted = [...at.lb.lb.maps.hops].filter(([, hop]) => hop.generation === generation)
    expect(noted).toHaveLength(1)
  })
})

atEachHook('two next hops that want one place', (hook) => {
  test.each(['02:00:00:00:02:02', '02:00:00:00:02:03', '02:00:00:00:02:04', '02:00:00:00:02:05', '02:00:00:00:02:06'])(
    'each backend gets its own packets, whoever is noted first in a generation (%s)',
    (other) => {
      using at = stage({ hook, config: { hopsMask: 1 } })
      at.net.nl.neighbor.replace({ index: at.net.back, address: spare.v4, lladdr: other })
      const service = { address: vip.v4, source: own.v4 }
      at.lb.addService({ ...service, port: 81, members: [{ address: spare.v4, port: 8080 }] })
      const toSpare = packet('v4', leg.clientToVip, segment(40000, 81, 'syn'))
      at.lb.beat(7)
      at.run(syn(40000))
      for (let generation = 8; generation < 12; generation++) {
        at.lb.beat(generation)
        const frames = generation % 2 === 0 ? [toSpare, ack] : [ack, toSpare]
        const macs = frames.map((frame) => macOf(at.run(frame).packet))
        expect(macs).toEqual(generation % 2 === 0 ? [other, mac.backend] : [mac.backend, other])
      }
    },
  )
})

function macOf(frame: Uint8Array): string {
  return [...frame.subarray(0, 6)].map((byte) => byte.toString(16).padStart(2, '0')).join(':')
}
