import { expect, test } from '@jest/globals'
import { answered, holdConnections, needing, needs, startTraffic } from '@skep/testbed'
import { sharedLab } from '../test/shared-lab.ts'
import { SkepLb } from '../test/skep-lb.ts'
import {
  answerBy,
  deviceTo,
  restore,
  type Uplink,
  uplinkConfig,
  uplinkNetwork,
  uplinks,
  vips,
} from '../test/uplink-network.ts'

const { describe } = needing(needs.root, needs.bpf)
const lab = sharedLab(uplinkNetwork)
const families = ['v4', 'v6'] as const
const LANES = 4

/** Packets that an uplink's router has received. */
function carried(uplink: Uplink): bigint {
  return lab.net[uplink].netlink.link.get({ name: 'eth0' })!.statistics!.rxPackets
}

/** The uplink that carries more than the other, while there is load. */
async function busier(progress: () => Promise<unknown>): Promise<Uplink> {
  const before = uplinks.map(carried)
  await progress()
  const [a, b] = uplinks.map((one, i) => carried(one) - before[i]!)
  return a! >= b! ? 'router-a' : 'router-b'
}

describe('two uplinks, one of which goes down under load', () => {
  test.each(families)(
    '%s: connections survive; what is lost is what was on its way, and counted',
    async (family) => {
      await using lb = SkepLb.on(lab.net.lb)
      await lb.start(uplinkConfig())
      const at = { address: vips[family], port: 7 } as const
      await using held = await holdConnections(lab.net.client, { ...at, connections: 20 })
      const udp = { ...at, protocol: 'udp', concurrency: LANES, perSecond: 400, timeoutMs: answered(500) } as const
      await using load = await startTraffic(lab.net.client, udp)
      await load.reached(50)
      const down = await busier(() => load.reached(load.progress.requests + 100))
      answerBy(lab.net, down === 'router-a' ? 'router-b' : 'router-a')
      await load.reached(load.progress.requests + 50)
      const before = load.progress.failed
      lab.net.lb.netlink.link.set({ name: deviceTo(down), up: false })
      await load.reached(load.progress.requests + 200)
      const { failed } = await load.stop()
      // Each lane has one datagram on its way; another may leave before the route has changed.
      expect(failed - before).toBeLessThanOrEqual(2 * LANES)
      expect((await held.check()).broken).toEqual([])
      const told = await lb.status()
      expect(told.devices.find(({ name }) => name === deviceTo(down))).toMatchObject({ attached: true })
      restore(lab.net, down)
    },
    90_000,
  )

  test('explain neighbor tells what Linux does with several next hops', async () => {
    await using lb = SkepLb.on(lab.net.lb)
    await lb.start(uplinkConfig())
    const { stdout } = await lb.words('explain', 'neighbor', '2001:db8:2::11')
    expect(stdout).toMatch(/^2001:db8:2::11 is behind 2 next hops\nnote: Linux goes on sending by .*nexthop group/)
    expect((await lb.words('explain', 'neighbor', '10.2.0.11')).stdout).not.toContain('note:')
  }, 60_000)
})
