import { afterAll, beforeAll, beforeEach, describe, expect, test } from '@jest/globals'
import { needing, needs } from '@skep/testbed'
import type { TcpFlag } from '@skep/packet'
import { deviceOfRuns } from '../test/hook.ts'
import { datagram, families, leg, packet, segment } from '../test/packets.ts'
import { type Stage, stage } from '../test/stage.ts'
import { PulseSwitch } from './lb_xdp.gen.ts'

needing(needs.root, needs.bpf, deviceOfRuns).describe('while connections are carried into other tables', () => {
  describe.each(families)('%s', (family) => {
    const { clientToVip, backendToOwn } = leg
    let at: Stage
    beforeAll(() => void (at = stage({ natLines: 4 })))
    beforeEach(() => at.reset())
    afterAll(() => at[Symbol.dispose]())

    const carry = (on: boolean): void =>
      at.lb.lb.maps.pulse.set(0, { heartbeat: 0n, generation: 0, switches: on ? PulseSwitch.SWITCH_CARRYING : 0 })
    const fromClient = (...flags: TcpFlag[]): string =>
      at.run(packet(family, clientToVip, segment(40000, 80, ...flags))).verdict
    const fromMember = (...flags: TcpFlag[]): string =>
      at.run(packet(family, backendToOwn, segment(8080, 40000, ...flags)), at.net.back).verdict

    test('what belongs to no connection is lost and comes again, where else it would end one', () => {
      carry(true)
      expect([fromClient('ack'), fromMember('syn', 'ack')]).toEqual(['DROP_NO_CONNECTION', 'DROP_NO_CONNECTION'])
      carry(false)
      expect([fromMember('syn', 'ack'), fromClient('ack')]).toEqual(['PASS_NO_CONNECTION', 'REDIRECT_TO_BACKEND'])
    })

    test('known connections go on, and new ones open', () => {
      carry(true)
      expect([fromClient('syn'), fromMember('syn', 'ack')]).toEqual(['REDIRECT_TO_BACKEND', 'REDIRECT_TO_CLIENT'])
      expect(fromClient('ack')).toBe('REDIRECT_TO_BACKEND')
      expect(at.run(packet(family, clientToVip, datagram(40000, 80))).verdict).toBe('REDIRECT_TO_BACKEND')
      carry(false)
    })
  })
})
