import { describe as group, expect } from '@jest/globals'
import { lacksOfKernel } from '@skep/datapath'
import { type Host, needing, needs, traffic } from '@skep/testbed'
import {
  families,
  type Family,
  mtuConfig,
  type MtuNetwork,
  mtuNetwork,
  type Mtus,
  PORT,
  vips,
} from '../../test/mtu-network.ts'
import { sharedLab } from '../../test/shared-lab.ts'
import { SkepLb } from '../../test/skep-lb.ts'

const { describe, test } = needing(needs.root, needs.bpf)
const SMALL = 1500

/** A driver's XDP takes frames of one page; at tc they may be longer. */
const modes = [
  { acceleration: 'native', large: 3000, bytes: 2000 },
  { acceleration: 'tc', large: 9000, bytes: 6000 },
] as const

for (const { acceleration, large, bytes } of modes)
  describe(`links of ${large} and ${SMALL}, ${acceleration}`, () => {
    group('clients may send more than backends take', () =>
      fromClients({ front: large, back: SMALL }, acceleration, bytes),
    )
    group('backends may send more than clients take', () =>
      fromBackends({ front: SMALL, back: large }, acceleration, bytes),
    )
  })

type Lab = { readonly net: MtuNetwork['net'] }

/** Asks until the path is known, then counts. */
async function exchanged({ net }: Lab, family: Family, bytes: number): Promise<void> {
  const asking = { protocol: 'udp', address: vips[family], port: PORT, bytes } as const
  // Whose size it is to find out is told by ICMP, which costs him what he has sent.
  await traffic(net.client, { ...asking, requests: 3, timeoutMs: 500 })
  expect((await traffic(net.client, { ...asking, requests: 5, timeoutMs: 3000 })).failures).toEqual([])
}

async function mtuTo(host: Host, address: string): Promise<string> {
  return (await host.exec('ip', 'route', 'get', address)).replace(/.*( mtu \d+).*/s, '$1').trim()
}

/** Where tc cannot ask for a route's MTU (Linux before 5.12), what every link takes is told, too. */
function told(acceleration: string): readonly string[] {
  const isAsked = acceleration !== 'tc' || lacksOfKernel().length === 0
  return [SMALL, ...(isAsked ? [] : [1280, 576])].map((bytes) => `mtu ${bytes}`)
}

async function tooBig(lb: SkepLb): Promise<number> {
  return (await lb.status()).verdicts.find(({ verdict }) => verdict === 'REPLY_TOO_BIG')!.packets
}

function fromClients(mtus: Mtus, acceleration: string, bytes: number): void {
  const lab = sharedLab(() => mtuNetwork(mtus))
  for (const mode of ['snat', 'dsr'] as const)
    test(`${mode}: the client is told once, and sends fragments, which are served`, async () => {
      await using lb = SkepLb.on(lab.net.lb)
      await lb.start(mtuConfig(mode, acceleration))
      for (const family of ['-4', '-6']) await lab.net.client.exec('ip', family, 'route', 'flush', 'cache')
      for (const family of families) {
        await exchanged(lab, family, bytes)
        expect(told(acceleration)).toContain(await mtuTo(lab.net.client, vips[family]))
      }
      expect(await tooBig(lb)).toBeGreaterThanOrEqual(families.length)
    }, 60_000)
}

function fromBackends(mtus: Mtus, acceleration: string, bytes: number): void {
  const lab = sharedLab(() => mtuNetwork(mtus))
  const own = { v4: '10.1.0.1', v6: '2001:db8:1::1' } as const
  test('snat: the backend is told once, and answers in fragments', async () => {
    await using lb = SkepLb.on(lab.net.lb)
    await lb.start(mtuConfig('snat', acceleration))
    for (const family of families) {
      await exchanged(lab, family, bytes)
      expect(told(acceleration)).toContain(await mtuTo(lab.net.backend, own[family]))
    }
    expect(await tooBig(lb)).toBeGreaterThanOrEqual(families.length)
  }, 60_000)

  test('dsr: what the client sends fits, and the backend answers by itself', async () => {
    await using lb = SkepLb.on(lab.net.lb)
    await lb.start(mtuConfig('dsr', acceleration))
    for (const family of families) await exchanged(lab, family, bytes)
    expect(await tooBig(lb)).toBe(0)
  }, 60_000)
}
