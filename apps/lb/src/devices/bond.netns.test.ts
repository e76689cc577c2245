import { describe as group, expect } from '@jest/globals'
import { holdConnections, needing, needs, startTraffic, traffic } from '@skep/testbed'
import {
  type Bond,
  bondConfig,
  type BondNetwork,
  bondNetwork,
  bonds,
  cut,
  join,
  leave,
  mend,
  remakeVlans,
  untilCarrying,
  vlans,
} from '../../test/bond-network.ts'
import { DATAGRAMS, LANES, Losses, tellLost } from '../../test/lost.ts'
import { runningLb } from '../../test/running-lb.ts'
import { sharedLab } from '../../test/shared-lab.ts'
import type { DeviceRow } from '../get/devices.ts'

// VLANs too: without them there is no bond that carries tagged frames.
const { describe, test } = needing(needs.root, needs.bpf, needs.kind('bond'), needs.kind('vlan'))
const trunk = bonds.at(-1)!

describe('bonds', () => {
  const lab = sharedLab(bondNetwork)
  group('with the program', () => withProgram(lab))
})

function titleOf({ mode, ownMacs, tagged }: Bond): string {
  return `${mode}${ownMacs ? ', each member with its own MAC address' : ''}${tagged ? ', tagged' : ''}`
}

function withProgram(lab: { readonly net: BondNetwork['net'] }): void {
  const running = runningLb(
    () => lab.net.lb,
    () => bondConfig('["bond[0-9]"]'),
  )

  async function rows(): Promise<ReadonlyMap<string, DeviceRow>> {
    const { stdout } = await running.lb.words('get', 'devices', '-o', 'json')
    return new Map((JSON.parse(stdout) as DeviceRow[]).map((row) => [row.name, row]))
  }

  test('the driver has the program where the kernel gives bonds XDP, and tc where it does not', async () => {
    const devices = await rows()
    for (const { name } of bonds) {
      const row = devices.get(name)
      expect(row).toMatchObject({ attached: true, mode: expect.stringMatching(/^(native|tc)$/) })
      if (row?.mode === 'tc') expect(row.reason).toContain('a bond has XDP in its driver from Linux 5.15 on')
      else expect(row?.reason).toBeNull()
    }
    for (const id of Object.values(vlans))
      expect(devices.get(`${trunk.name}.${id}`)).toMatchObject({
        mode: null,
        reason: `its packets meet the program on ${trunk.name}`,
      })
  })

  const answers = async ({ vips }: Bond): Promise<void> => {
    for (const url of [`http://${vips.v4}/`, `http://[${vips.v6}]/`])
      expect(await traffic(lab.net.client, { protocol: 'http', url, requests: 20, concurrency: LANES })).toMatchObject({
        failures: [],
        perServer: { server: 20 },
      })
  }

  for (const bond of bonds)
    test(`${titleOf(bond)}: connections outlive a link that fails, and members that leave and join`, async () => {
      const { client, switch: far, lb: host } = lab.net
      const [first, second] = bond.members
      await answers(bond)
      await using held = await holdConnections(client, { address: bond.vips.v4, port: 7, connections: 8 })
      await using load = await startTraffic(client, { ...DATAGRAMS, address: bond.vips.v4 })
      await load.reached(50)
      const losses = new Losses(load)
      await losses.while(() => cut(far, first))
      await losses.while(() => {
        mend(far, first)
        return untilCarrying(host, bond)
      })
      await losses.while(() => leave(host, second))
      await losses.while(() => {
        join(host, bond.name, second)
        return untilCarrying(host, bond)
      })
      const lost = await losses.counted()
      tellLost(`${titleOf(bond)}: datagrams lost when a link fails, comes back, a member leaves, joins`, lost)
      for (const one of lost) expect(one).toBeLessThanOrEqual(3 * LANES)
      expect((await held.check()).broken).toEqual([])
      await answers(bond)
    }, 60_000)

  group('a service address behind a VLAN of a bond', () => {
    test('with the program on the VLAN devices alone it is tc, which says why; and back, under load', async () => {
      const url = `http://${trunk.vips.v4}/`
      await using load = await startTraffic(lab.net.client, { protocol: 'http', url, concurrency: 2, perSecond: 4 })
      await load.reached(4)
      const above = Object.values(vlans).map((id) => `${trunk.name}.${id}`)
      await running.lb.reload(bondConfig(`["bond[0-4]", ${above.join(', ')}]`))
      await load.reached(load.progress.requests + 8)
      const devices = await rows()
      for (const name of above)
        expect(devices.get(name)).toMatchObject({
          mode: 'tc',
          reason: expect.stringContaining('the program on the device below reads its tags: name that one, too'),
        })
      expect(devices.get(trunk.name)).toMatchObject({ mode: null })
      await answers(trunk)
      await running.lb.reload(bondConfig('["bond[0-9]"]'))
      await load.reached(load.progress.requests + 8)
      expect((await load.stop()).failures).toEqual([])
      await answers(trunk)
    }, 60_000)

    test('connections outlive VLAN devices that are deleted and made again', async () => {
      const { client, lb: host } = lab.net
      await using held = await holdConnections(client, { address: trunk.vips.v4, port: 7, connections: 8 })
      await using load = await startTraffic(client, { ...DATAGRAMS, address: trunk.vips.v4 })
      await load.reached(50)
      const losses = new Losses(load)
      await losses.while(() => remakeVlans(host, trunk))
      const lost = await losses.counted()
      tellLost('VLAN devices of a bond: datagrams lost when they are deleted and made again', lost)
      for (const one of lost) expect(one).toBeLessThanOrEqual(3 * LANES)
      expect((await held.check()).broken).toEqual([])
      await answers(trunk)
    }, 60_000)
  })
}
