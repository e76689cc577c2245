import { expect } from '@jest/globals'
import { needing, needs } from '@skep/testbed'
import { anonymousNamespace } from '../namespace/named.ts'
import { openNetlink } from '../netlink.ts'
import { openEthtool } from './ethtool.ts'
import { type Netdev, openNetdev } from './netdev.ts'

needing(needs.feature('XDP features', whyNoFeatures)).test(
  'a veth sends what is redirected to it as long as its peer receives by NAPI; a bridge never does',
  async () => {
    await using ns = anonymousNamespace()
    using nl = openNetlink({ ns })
    using netdev: Netdev = openNetdev({ ns })
    nl.link.add({ kind: 'veth', name: 'eth0', up: true, peer: { name: 'eth1', up: true } })
    nl.link.add({ kind: 'bridge', name: 'br0', up: true })
    const of = (name: string) => [...(netdev.xdpFeatures().get(nl.link.get({ name })!.index) ?? [])]
    expect(of('br0')).not.toContain('ndo-xmit')
    expect(of('eth0')).toEqual(expect.arrayContaining(['basic', 'redirect']))
    expect(of('eth0')).not.toContain('ndo-xmit')
    const end = new AbortController()
    const changes = netdev.changes(end.signal)
    const changed = changes.next()
    using ethtool = openEthtool({ ns })
    ethtool.setFeatures('eth1', { 'rx-gro': true })
    expect(of('eth0')).toContain('ndo-xmit')
    expect(await changed).toEqual({ done: false, value: nl.link.get({ name: 'eth0' })!.index })
    const over = changes.next()
    end.abort()
    expect(await over).toEqual({ done: true, value: undefined })
  },
)

function whyNoFeatures(): string | undefined {
  try {
    openNetdev()[Symbol.dispose]()
    return undefined
  } catch {
    return 'Linux 6.3'
  }
}
