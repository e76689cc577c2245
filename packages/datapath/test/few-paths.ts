import { afterAll, beforeAll, beforeEach, describe } from '@jest/globals'
import { ethernet } from '@skep/packet'
import { needing, needs } from '@skep/testbed'
import { ServiceFlag } from '../src/lb_xdp.gen.ts'
import { backend, mac, own, vip } from './lab.ts'
import { datagram, families, type Family, leg, packet, segment, sent } from './packets.ts'
import type { BalancerOptions } from './balancer-options.ts'
import { deviceOfRuns } from './hook.ts'
import { type Stage, stage, verdictTable } from './stage.ts'

const { clientToVip, ownToBackend, backendToOwn, vipToClient } = leg
const syn = segment(40000, 80, 'syn')

/** A suite of what must work first: a connection there and back, and one straight. The program is loaded once. */
export function fewPaths(title: string, options: BalancerOptions = {}): void {
  const asks = options.hook === 'tc' ? [] : [deviceOfRuns]
  needing(needs.root, needs.bpf, ...asks).describe(title, () => suite(options))
}

function suite(options: BalancerOptions): void {
  let at: Stage
  beforeAll(() => void (at = stage(options)))
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
}

function serveDirectly({ lb }: Stage, family: Family): void {
  lb.clear()
  const members = [{ address: backend[family], port: 80 }]
  lb.addService({ address: vip[family], port: 80, members, source: own[family], flags: ServiceFlag.SERVICE_DSR_L2 })
}
