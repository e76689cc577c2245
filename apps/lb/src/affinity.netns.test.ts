import { beforeAll, expect, test } from '@jest/globals'
import { needing, needs } from '@skep/testbed'
import { config, network, vip4 } from '../test/network.ts'
import { sharedLab } from '../test/shared-lab.ts'
import { SkepLb } from '../test/skep-lb.ts'

const CLIENTS = 24

/** Each of many clients' addresses asks three times, by a connection each. */
async function serversOfAll(net: Awaited<ReturnType<typeof network>>['net']): Promise<string[]> {
  const servers: string[] = []
  for (let last = 1; last <= CLIENTS; last++) {
    const asked = Array(3).fill(`http://${vip4}/`)
    const options = ['-sS', '-H', 'Connection: close', '--max-time', '5', '-w', '\n', '--interface', `10.9.0.${last}`]
    const names = new Set((await net.client.exec('curl', ...options, ...asked)).trim().split('\n'))
    expect([last, names.size]).toEqual([last, 1])
    servers.push([...names][0]!)
  }
  return servers
}

needing(needs.root, needs.bpf).describe('session affinity with SNAT', () => {
  const lab = sharedLab(network)
  beforeAll(() => {
    for (let i = 1; i <= CLIENTS; i++) lab.net.client.netlink.address.add({ device: 'lo', address: `10.9.0.${i}/32` })
    lab.net.lb.netlink.route.add({ destination: '10.9.0.0/24', via: '10.0.0.2' })
  })
  const withAffinity = (numbers: readonly number[], seconds = 600): string =>
    config(numbers).replace(
      'name: web',
      `name: web\n      sessionAffinity: { clientIP: { timeoutSeconds: ${seconds} } }`,
    )

  test('a client has one backend for all of its connections, and keeps it when others come and after a restart', async () => {
    await using lb = SkepLb.on(lab.net.lb)
    await lb.start(withAffinity([1, 2]))
    const before = await serversOfAll(lab.net)
    expect(new Set(before).size).toBe(2)
    await lb.reload(withAffinity([1, 2, 3]))
    expect(await serversOfAll(lab.net)).toEqual(before)
    await lb.end('SIGKILL')
    await lb.start()
    expect(await serversOfAll(lab.net)).toEqual(before)
  }, 90_000)

  test('a client whose backend is taken out stays for the time of the drain, then has another one for all', async () => {
    await using lb = SkepLb.on(lab.net.lb)
    const drained = (numbers: readonly number[]): string =>
      withAffinity(numbers).replace('name: web', 'name: web\n      drain: { timeoutSeconds: 2 }')
    await lb.start(drained([1, 2, 3]))
    const before = await serversOfAll(lab.net)
    expect(new Set(before).size).toBe(3)
    await lb.reload(drained([2, 3]))
    let after = await serversOfAll(lab.net)
    while (after.includes('backend-1')) after = await serversOfAll(lab.net)
    for (const [i, server] of before.entries()) if (server !== 'backend-1') expect(after[i]).toBe(server)
  }, 90_000)
})
