import { writeFileSync } from 'node:fs'
import { afterAll, beforeAll, beforeEach, describe as plainDescribe, expect, test } from '@jest/globals'
import { build, EtherType, ipv4, type Part, udp, vlan } from '@skep/packet'
import { needing, needs } from '@skep/testbed'
import { deviceOfRuns } from '../test/hook.ts'
import { backend, client, own, vip } from '../test/lab.ts'
import { arrive, depart } from '../test/layers.ts'
import { families, type Family, ip, leg, type Leg, packet, segment, sent } from '../test/packets.ts'
import { type Stage, stage } from '../test/stage.ts'
import { readClock } from './clock.ts'
import { PulseSwitch } from './lb-xdp.ts'

const { describe } = needing(needs.root, needs.bpf, deviceOfRuns)
const { clientToVip, ownToBackend, backendToOwn, vipToClient } = leg
const clients = { protocol: 0x8100, id: 100 } as const
const backends = { protocol: 0x8100, id: 200 } as const
const service = { protocol: 0x88a8, id: 4094 } as const

const syn = segment(40000, 80, 'syn')
const toBackend = segment(40000, 8080, 'syn')
const synAck = segment(8080, 40000, 'syn', 'ack')
const toClient = segment(80, 40000, 'syn', 'ack')

/** A frame with a tag in front, on its way in or, having spent a hop, out. */
function tagged(family: Family, on: Leg, tag: { id: number; priority?: number }, part: Part, ttl = 64): Uint8Array {
  return build(on.ethernet, vlan(tag), ip(family, on, ttl), part)
}

describe('devices above others, at xdp', () => {
  let at: Stage
  let generation = 0
  beforeAll(() => void (at = stage()))
  afterAll(() => at[Symbol.dispose]())
  beforeEach(() => {
    at.reset()
    const { arrivals, departures } = at.lb.lb.maps
    for (const map of [arrivals, departures]) {
      using mapped = map.mmap()
      new Uint8Array(mapped.buffer).fill(0)
    }
    look(PulseSwitch.SWITCH_LAYERED)
  })

  /** Remembered next hops say what was switched on, so another generation begins. */
  function look(switches: number): void {
    at.lb.lb.maps.pulse.set(0, { heartbeat: readClock().jiffies, generation: ++generation, switches })
  }

  /** One port carries all: clients are on one VLAN of it, backends on another. */
  function trunk(): void {
    const { front, back } = at.net
    arrive(at.lb.lb, front, front, front, clients)
    arrive(at.lb.lb, front, back, front, backends)
    depart(at.lb.lb, front, front, clients)
    depart(at.lb.lb, back, front, backends)
  }

  plainDescribe.each(families)('%s', (family) => {
    test('from one VLAN to another of the same port: back by it, with the other tag, whose priority stays', () => {
      trunk()
      const came = tagged(family, clientToVip, { id: 100, priority: 5 }, syn)
      const left = tagged(family, ownToBackend, { id: 200, priority: 5 }, toBackend, 63)
      expect(at.run(came)).toEqual({ action: 'TX', verdict: 'TX_TO_BACKEND', packet: left })
      const answer = tagged(family, backendToOwn, { id: 200 }, synAck)
      const back = tagged(family, vipToClient, { id: 100 }, toClient, 63)
      expect(at.run(answer)).toEqual({ action: 'TX', verdict: 'TX_TO_CLIENT', packet: back })
    })

    test('from a VLAN to no VLAN, and back: the tag is taken off and put on', () => {
      const { front } = at.net
      arrive(at.lb.lb, front, front, front, clients)
      depart(at.lb.lb, front, front, clients)
      const came = tagged(family, clientToVip, { id: 100 }, syn)
      const left = sent(family, ownToBackend, toBackend)
      expect(at.run(came)).toEqual({ action: 'REDIRECT', verdict: 'REDIRECT_TO_BACKEND', packet: left })
      const back = tagged(family, vipToClient, { id: 100 }, toClient, 63)
      expect(at.run(packet(family, backendToOwn, synAck), at.net.back)).toEqual({
        action: 'REDIRECT',
        verdict: 'REDIRECT_TO_CLIENT',
        packet: back,
      })
    })

    test('by the member of a bond that clients are behind too: back by it', () => {
      const { front, back } = at.net
      at.run(packet(family, clientToVip, syn))
      arrive(at.lb.lb, back, front, front)
      expect(at.run(packet(family, backendToOwn, synAck), back)).toEqual({
        action: 'TX',
        verdict: 'TX_TO_CLIENT',
        packet: sent(family, vipToClient, toClient),
      })
    })

    test('a tag that no device has stays', () => {
      trunk()
      const came = tagged(family, clientToVip, { id: 300 }, syn)
      const left = build(
        ownToBackend.ethernet,
        vlan({ id: 200 }),
        vlan({ id: 300 }),
        ip(family, ownToBackend, 63),
        toBackend,
      )
      expect(at.run(came)).toEqual({ action: 'TX', verdict: 'TX_TO_BACKEND', packet: left })
    })

    test('a provider’s tag is one, too', () => {
      depart(at.lb.lb, at.net.back, at.net.back, service)
      const left = build(
        { ...ownToBackend.ethernet, type: EtherType.serviceVlan },
        vlan({ id: 4094 }),
        ip(family, ownToBackend, 63),
        toBackend,
      )
      expect(at.run(packet(family, clientToVip, syn))).toEqual({
        action: 'REDIRECT',
        verdict: 'REDIRECT_TO_BACKEND',
        packet: left,
      })
    })

    test('nobody looks while nothing is above anything', () => {
      trunk()
      look(0)
      const came = tagged(family, clientToVip, { id: 100 }, syn)
      const left = tagged(family, ownToBackend, { id: 100 }, toBackend, 63)
      expect(at.run(came)).toEqual({ action: 'REDIRECT', verdict: 'REDIRECT_TO_BACKEND', packet: left })
    })
  })

  test('routes are asked for the device above', () => {
    const forwarding = (value: string): void =>
      at.net.ns.run(() => writeFileSync('/proc/sys/net/ipv4/conf/front/forwarding', value))
    forwarding('0')
    try {
      const came = packet('v4', clientToVip, syn)
      expect(at.run(came)).toMatchObject({ verdict: 'DROP_FORWARDING_DISABLED' })
      arrive(at.lb.lb, at.net.front, at.net.back, at.net.front)
      expect(at.run(came)).toMatchObject({ verdict: 'REDIRECT_TO_BACKEND' })
    } finally {
      forwarding('1')
    }
  })

  test('fragments follow their first, with its tag', () => {
    trunk()
    const header = { src: client.v4, dst: vip.v4, id: 77 } as const
    const first = build(
      clientToVip.ethernet,
      vlan({ id: 100 }),
      ipv4({ ...header, moreFragments: true }),
      udp({ srcPort: 40000, dstPort: 80, length: 24 }),
      new Uint8Array(8),
    )
    const later = build(
      clientToVip.ethernet,
      vlan({ id: 100 }),
      ipv4({ ...header, fragmentOffset: 16, protocol: 17 }),
      new Uint8Array(8),
    )
    expect(at.run(first)).toMatchObject({ verdict: 'TX_TO_BACKEND' })
    const { verdict, packet: left } = at.run(later)
    expect(verdict).toBe('TX_TO_BACKEND')
    expect([...left.subarray(12, 16)]).toEqual([0x81, 0, 0, 200])
    expect([...left.subarray(18 + 16, 18 + 20)].join('.')).toBe(backend.v4)
    expect([...left.subarray(18 + 12, 18 + 16)].join('.')).toBe(own.v4)
  })

  test('fragments follow their first, which lost its tag', () => {
    const { front } = at.net
    arrive(at.lb.lb, front, front, front, clients)
    const header = { src: client.v4, dst: vip.v4, id: 78 } as const
    const first = build(
      clientToVip.ethernet,
      vlan({ id: 100 }),
      ipv4({ ...header, moreFragments: true }),
      udp({ srcPort: 40001, dstPort: 80, length: 24 }),
      new Uint8Array(8),
    )
    const later = build(
      clientToVip.ethernet,
      vlan({ id: 100 }),
      ipv4({ ...header, fragmentOffset: 16, protocol: 17 }),
      new Uint8Array(8),
    )
    expect(at.run(first)).toMatchObject({ verdict: 'REDIRECT_TO_BACKEND' })
    const { verdict, packet: left } = at.run(later)
    expect(verdict).toBe('REDIRECT_TO_BACKEND')
    expect([...left.subarray(14 + 16, 14 + 20)].join('.')).toBe(backend.v4)
  })
})
