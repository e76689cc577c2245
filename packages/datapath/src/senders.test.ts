import { afterAll, beforeAll, beforeEach, describe, expect, test } from '@jest/globals'
import { atEachHook } from '../test/hook.ts'
import { backend, mac, own, vip } from '../test/lab.ts'
import { families, leg, packet, segment, sent } from '../test/packets.ts'
import { type Stage, stage } from '../test/stage.ts'
import { ServiceFlag } from './lb-xdp.ts'

const { clientToVip, ownToBackend } = leg
const syn = segment(40000, 80, 'syn')
const there = segment(40000, 8080, 'syn')

atEachHook('a device that does not send what XDP redirects', (hook) => {
  let at: Stage
  let generation = 1
  beforeAll(() => {
    at = stage({ hook })
  })
  afterAll(() => at[Symbol.dispose]())
  beforeEach(() => {
    at.reset()
    at.lb.lb.maps.devices.delete(at.net.back)
    at.lb.beat(++generation)
  })

  describe.each(families)('%s', (family) => {
    const redirected = {
      action: 'REDIRECT',
      verdict: 'REDIRECT_TO_BACKEND',
      packet: sent(family, ownToBackend, there),
    }
    /** The kernel spends the hop, and looks whom the frame is for. */
    const left = {
      action: 'PASS',
      verdict: 'STACK_DEVICE',
      packet: packet(family, { ...ownToBackend, ethernet: clientToVip.ethernet }, there),
    }

    test('at XDP the kernel forwards, for as long as that is so; at tc any device will do', () => {
      const expected = hook === 'xdp' ? left : redirected
      // The second time it would be remembered.
      for (let time = 0; time < 2; time++) expect(at.run(packet(family, clientToVip, syn))).toEqual(expected)
      at.net.ns.run(() => at.lb.sendBy(at.net.back))
      at.lb.beat(++generation)
      for (let time = 0; time < 2; time++) expect(at.run(packet(family, clientToVip, syn))).toEqual(redirected)
    })

    test('by the device that it came in by, it is sent all the same', () => {
      const found = at.run(packet(family, clientToVip, syn), at.net.back)
      expect([found.action, found.verdict]).toEqual(['TX', 'TX_TO_BACKEND'])
    })

    test('and its next hop is remembered for packets that came in by it', () => {
      const run = () => at.run(packet(family, clientToVip, syn), at.net.back).verdict
      const neighbor = { index: at.net.back, address: backend[family] }
      expect(run()).toBe('TX_TO_BACKEND')
      at.net.nl.neighbor.delete(neighbor)
      try {
        expect(run()).toBe('TX_TO_BACKEND')
        const { verdict } = at.run(packet(family, clientToVip, syn))
        expect(verdict).toBe(hook === 'xdp' ? 'STACK_NO_NEIGHBOUR' : 'REDIRECT_TO_BACKEND')
      } finally {
        at.net.nl.neighbor.add({ ...neighbor, lladdr: mac.backend })
      }
    })

    test('what only has the backend’s MAC the kernel would not forward: dropped', () => {
      const service = { address: vip[family], port: 80, source: own[family], flags: ServiceFlag.SERVICE_DSR_L2 }
      at.lb.clear()
      at.lb.addService({ ...service, members: [{ address: backend[family], port: 80 }] })
      const { verdict } = at.run(packet(family, clientToVip, syn))
      expect(verdict).toBe(hook === 'xdp' ? 'DROP_NOT_FORWARDED' : 'REDIRECT_TO_BACKEND')
    })
  })
})
