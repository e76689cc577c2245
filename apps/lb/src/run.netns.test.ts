import { expect } from '@jest/globals'
import { needing, needs, traffic } from '@skep/testbed'
import { config, network, vip4, vip6 } from '../test/network.ts'
import { SkepLb } from '../test/skep-lb.ts'

const { test } = needing(needs.root, needs.bpf)

test('balances IPv4 and IPv6 over all backends', async () => {
  await using lab = await network()
  const { net } = lab
  await using lb = SkepLb.on(net.lb)
  await lb.start(config([1, 2, 3]))
  for (const url of [`http://${vip4}/`, `http://[${vip6}]/`]) {
    const report = await traffic(net.client, { protocol: 'http', url, requests: 300, concurrency: 8 })
    expect(report.failures).toEqual([])
    expect(Object.keys(report.perServer).toSorted()).toEqual(['backend-1', 'backend-2', 'backend-3'])
  }
}, 60_000)
