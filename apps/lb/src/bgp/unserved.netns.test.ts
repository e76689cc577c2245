import { expect } from '@jest/globals'
import { needing, needs } from '@skep/testbed'
import { bird } from '../../test/bgp/bird.ts'
import { temporaryFolder } from '../../test/bgp/folder.ts'
import { report, says } from '../../test/bgp/told.ts'
import { network } from '../../test/network.ts'
import { sharedLab } from '../../test/shared-lab.ts'
import { SkepLb } from '../../test/skep-lb.ts'

const { test } = needing(needs.root, needs.bpf, needs.binary('bird'))
const lab = sharedLab(network)
const [first, second] = ['192.0.2.10', '192.0.2.11']

const router = `router id 10.0.0.2;
protocol device {}
protocol bgp lb_1 {
  local 10.0.0.2 as 65000;
  neighbor 10.0.0.1 as 65001;
  error wait time 1, 2;
  ipv4 { import all; export none; };
}
`

/** Room for one service, and a minute for an address that goes. */
function config(address: string, drainSeconds: number): string {
  return `apiVersion: skep.dev/v1
kind: LoadBalancer
spec:
  devices: [eth0, eth1]
  capacity: { services: 1, backends: 4 }
  bgp: { asn: 65001, routerId: 10.0.0.1, drainSeconds: ${drainSeconds}, peers: [{ name: router, address: 10.0.0.2, asn: 65000 }] }
  services:
    - name: web-${address.split('.').at(-1)}
      frontends: [{ address: ${address}, port: 80 }]
      backends: [{ address: 10.1.0.11, port: 8080 }]
`
}

test('an address that found no place in the tables is not announced, and why is told; it is when it has one', async () => {
  using folder = temporaryFolder()
  using tor = bird(lab.net.client, folder.path, router)
  const routes = (): Promise<string> => tor.ask('show', 'route')
  await using lb = SkepLb.on(lab.net.lb)
  await lb.start(config(first, 60))
  await says(routes, (text) => text.includes(`${first}/32`))
  // The one that goes is served until routers have turned away: there is no room for the one that comes.
  await lb.reload(config(second, 60))
  const { routes: rows } = await report(lb)
  expect(rows).toMatchObject([
    {
      prefix: `${second}/32`,
      state: 'withheld',
      why: `the tables do not serve ${second}:80/TCP: no room for the service: 1 of 1 services in services are taken; raise spec.capacity.services`,
    },
    { prefix: `${first}/32`, state: 'draining' },
  ])
  expect(await routes()).not.toContain(`${second}/32`)
  await lb.reload(config(first, 0))
  await lb.reload(config(second, 0))
  await says(routes, (text) => text.includes(`${second}/32`) && !text.includes(`${first}/32`))
  expect((await report(lb)).routes).toMatchObject([{ prefix: `${second}/32`, state: 'announced' }])
}, 60_000)
