import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect } from '@jest/globals'
import { bfdCommand, startBfdProcess } from '@skep/bfd'
import { needing, needs, topology } from '@skep/testbed'
import { bird } from '../test/bird.ts'
import { frr } from '../test/frr.ts'
import type { Router, RouterPlan } from '../test/router.ts'
import { until } from '../test/until.ts'
import { BfdTie } from './bfd.ts'
import type { PeerConfig } from './speaker/peer-config.ts'
import { Speaker } from './speaker/speaker.ts'
import { tcpTransport } from './speaker/tcp-transport.ts'

const BFD_MS = 100 * Number(process.env['SKEP_TIME_FACTOR'] ?? 1)

needing(needs.binary('bird'), needs.binary('birdc')).test(what('BIRD'), () => cut(bird))
needing(needs.binary('vtysh')).test(what('FRR'), () => cut(frr))

function what(name: string): string {
  return `a cut between us and ${name} ends the session by BFD, long before the hold time, and it comes back`
}

async function cut(make: (plan: RouterPlan) => Promise<Router>): Promise<void> {
  await using net = await topology({
    hosts: { us: {}, router: {} },
    links: [{ bridge: 'switch', ends: { us: '10.0.0.1/24', router: '10.0.0.254/24' } }],
  })
  const folder = mkdtempSync(join(tmpdir(), 'skep-bgp-bfd-'))
  const bfd = await startBfdProcess({
    socket: join(folder, 'bfd.sock'),
    command: ['nsenter', `--net=${net.host('us').namespace.path}`, ...bfdCommand()],
  })
  const peer: PeerConfig = {
    name: 'router',
    address: '10.0.0.254',
    asn: 65_000,
    holdTime: 240,
    connectRetry: 1,
    device: 'eth0',
    bfd: { intervalMs: BFD_MS },
  }
  using speaker = new Speaker({
    asn: 65_001,
    routerId: '10.0.0.1',
    peers: [peer],
    transport: tcpTransport({ namespace: net.host('us').namespace }),
  })
  using tie = new BfdTie(speaker, bfd)
  try {
    await using router = await make({
      host: net.host('router'),
      address: '10.0.0.254',
      neighbor: '10.0.0.1',
      bfdMs: BFD_MS,
    })
    tie.apply([peer])
    speaker.start()
    const watched = () => bfd.sessions()[0]?.state.name
    const established = async () => {
      await until(
        () => speaker.peer('router').state,
        (state) => state === 'established',
      )
      await until(watched, (state) => state === 'up')
    }
    await established()
    const { netlink } = net.host('switch')
    netlink.link.set({ name: 'us', master: null })
    const { lastError } = await until(
      () => speaker.peer('router'),
      ({ state }) => state !== 'established',
    )
    expect(lastError?.what).toContain('BFD: nothing was heard from the peer')
    const seen = await until(
      () => router.session(),
      ({ up }) => !up,
    )
    expect(seen.text).toMatch(/BFD/i)
    netlink.link.set({ name: 'us', master: 'br0' })
    await established()
  } finally {
    await bfd.stop()
    rmSync(folder, { recursive: true })
  }
}
