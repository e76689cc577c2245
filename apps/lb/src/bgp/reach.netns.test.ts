import { expect } from '@jest/globals'
import { httpServer, needing, needs } from '@skep/testbed'
import { bird } from '../../test/bgp/bird.ts'
import { temporaryFolder } from '../../test/bgp/folder.ts'
import { report, says, toldConfig } from '../../test/bgp/told.ts'
import { network, vip4 } from '../../test/network.ts'
import { makeImpatient } from '../../test/next-hop-network.ts'
import { sharedLab } from '../../test/shared-lab.ts'
import { SkepLb } from '../../test/skep-lb.ts'

const { test } = needing(needs.root, needs.bpf, needs.binary('bird'))
const lab = sharedLab(network)

const router = `router id 10.0.0.2;
protocol device {}
protocol bgp lb_1 {
  local 10.0.0.2 as 65000;
  neighbor 10.0.0.1 as 65001;
  ipv4 { import all; export none; };
}
`

test('a service without a check: an address is not announced while nothing can be sent to any backend, and that is said', async () => {
  using folder = temporaryFolder()
  using tor = bird(lab.net.client, folder.path, router)
  makeImpatient(lab.net.lb, 'eth1')
  await using lb = SkepLb.on(lab.net.lb)
  const route = () => tor.ask('show', 'route', 'for', vip4)
  const isThere = (text: string) => text.includes(`${vip4}/32`)
  const isGone = (text: string) => /not found/i.test(text)
  const why = async () => (await report(lb)).routes[0]?.why

  const behindNobody = { backends: ['10.7.0.99'] }
  await lb.start(toldConfig([vip4], behindNobody))
  expect(await why()).toMatch(/^0 of 1 backends usable: 1 out of reach \(no route to 10\.7\.0\.99: /)
  lab.net.lb.netlink.route.add({ destination: '10.7.0.0/24', via: '10.1.0.99' })
  await says(route, isThere)
  // A router that nobody is.
  await says(route, isGone)
  expect(await why()).toBe('0 of 1 backends usable: 1 out of reach (10.1.0.99 does not answer)')
  const { stdout, stderr } = await lb.words('explain', 'service', 'web')
  expect(`${stderr}${stdout}`).toContain(
    'BGP: withheld for web (0 of 1 backends usable: 1 out of reach (10.1.0.99 does not answer))',
  )
  lab.net['backend-3'].netlink.address.add({ device: 'eth0', address: '10.1.0.99/24' })
  await says(route, isThere)
  expect(await why()).toBe('1 of 1 backends usable')
  lab.net.lb.netlink.route.delete({ destination: '10.7.0.0/24', via: '10.1.0.99' })
  await says(route, isGone)
}, 90_000)

test('with a check, it says: not checked yet, down, up', async () => {
  using folder = temporaryFolder()
  using tor = bird(lab.net.client, folder.path, router)
  await using lb = SkepLb.on(lab.net.lb)
  const service = 'healthCheck: { tcp: { port: 9 }, intervalSeconds: 0.2, timeoutSeconds: 0.2, fall: 1, rise: 1 }'
  await lb.start(toldConfig([vip4], { backends: ['10.1.0.11', '10.1.0.12'], service }))
  const why = async () => (await report(lb)).routes[0]?.why ?? ''
  await says(why, (text) => text === '0 of 2 backends usable: 2 down')
  expect(await tor.ask('show', 'route', 'for', vip4)).toMatch(/not found/i)
  await using _healthy = await httpServer(lab.net.host('backend-2'), { port: 9 })
  await says(why, (text) => text === '1 of 2 backends usable: 1 down')
  await says(
    () => tor.ask('show', 'route', 'for', vip4),
    (text) => text.includes(`${vip4}/32`),
  )
}, 60_000)
