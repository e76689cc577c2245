import { loadLbXdp } from '@skep/datapath/lb-xdp'
import { expect } from '@jest/globals'
import { needing, needs } from '@skep/testbed'
import { anonymousNamespace, openEthtool, openNetdev, openNetlink } from 'netlink-ts'
import { Senders } from './senders.ts'

const { test } = needing(needs.root, needs.bpf, needs.feature('XDP features', whyNoFeatures))

test('a device that begins to send is redirected to as soon as the kernel tells, without being asked', async () => {
  using ns = anonymousNamespace()
  using netlink = openNetlink({ ns })
  netlink.link.add({ kind: 'veth', name: 'eth0', up: true, peer: { name: 'eth1', up: true } })
  const { index } = netlink.link.get({ name: 'eth0' })!
  using lb = loadLbXdp()
  let forgot = 0
  using senders = ns.run(() => new Senders(netlink, lb.maps, () => void forgot++))
  const sync = () => ns.run(() => senders.sync(false))
  sync()
  expect([...lb.maps.devices.keys()]).not.toContain(index)
  expect([senders.isDue, senders.whyPolled, forgot]).toEqual([false, undefined, 0])

  const end = new AbortController()
  const changes = senders.changes(end.signal)
  const changed = changes.next()
  using ethtool = openEthtool({ ns })
  ethtool.setFeatures('eth1', { 'rx-gro': true })
  await changed
  expect(senders.isDue).toBe(true)
  sync()
  expect([...lb.maps.devices.keys()]).toContain(index)
  expect(forgot).toBe(1)
  end.abort()
  expect((await changes.next()).done).toBe(true)
})

function whyNoFeatures(): string | undefined {
  try {
    openNetdev()[Symbol.dispose]()
    return undefined
  } catch {
    return 'Linux 6.3'
  }
}
