import { afterAll, beforeAll, beforeEach, describe } from '@jest/globals'
import { ethernet } from '@skep/packet'
import { needing, needs } from '@skep/testbed'
import { backend, mac, own, vip } from '../test/lab.ts'
import { datagram, families, type Family, leg, packet, segment, sent } from '../test/packets.ts'
import { type Stage, stage, verdictTable } from '../test/stage.ts'
import { ServiceFlag } from './lb_xdp.gen.ts'

const { clientToVip, ownToBackend, backendToOwn, vipToClient } = leg
const syn = segment(40000, 80, 'syn')

/** What every kernel must do first: a connection there and back, and one straight. The program is loaded once. */
needing(needs.root, needs.bpf).describe('a few paths', () => {
  let at: Stage
  beforeAll(() => void (at = stage()))
  beforeEach(() => at.reset())
  afterAll(() => at[Symbol.dispose]())

  describe.each(families)('%s', (family) => {
    verdictTable(
      () => at,
      [
        {
          name: 'TCP to the backend',
          packet: packet(family, clientToVip, syn),
          becomes: sent(family, ownToBackend, segment(40000, 8080, 'syn')),
          verdict: 'REDIRECT_TO_BACKEND',
        },
        {
          name: 'TCP back to the client',
          from: 'back',
          before: () => void at.run(packet(family, clientToVip, syn)),
          packet: packet(family, backendToOwn, segment(8080, 40000, 'syn', 'ack')),
          becomes: sent(family, vipToClient, segment(80, 40000, 'syn', 'ack')),
          verdict: 'REDIRECT_TO_CLIENT',
        },
        {
          name: 'UDP to the backend',
          packet: packet(family, clientToVip, datagram(40001, 80), 'question'),
          becomes: sent(family, ownToBackend, datagram(40001, 8080), 'question'),
          verdict: 'REDIRECT_TO_BACKEND',
        },
        {
          name: 'straight to the backend, by its MAC address',
          before: () => serveDirectly(at, family),
          packet: packet(family, clientToVip, syn),
          becomes: sent(family, { ...clientToVip, ethernet: ethernet({ src: mac.back, dst: mac.backend }) }, syn),
          verdict: 'REDIRECT_TO_BACKEND',
        },
      ],
    )
  })
})

function serveDirectly({ lb }: Stage, family: Family): void {
  lb.clear()
  const members = [{ address: backend[family], port: 80 }]
  lb.addService({ address: vip[family], port: 80, members, source: own[family], flags: ServiceFlag.SERVICE_DSR_L2 })
}
