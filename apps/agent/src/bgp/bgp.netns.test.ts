import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as wait } from 'node:timers/promises'
import { expect } from '@jest/globals'
import { clusterNeeds, kubeTestEnv, services } from '@skep/kube-testenv'
import { needing, needs } from '@skep/testbed'
import { SkepAgent } from '../../test/skep-agent.ts'
import type { BgpDocument } from '../cli/tables.ts'
import type { StatusDocument } from '../control/documents.ts'

const { test } = needing(...clusterNeeds, needs.binary('bird'))

const bird = (own: string, peer: string): string => `router id ${own};
protocol device {}
protocol bgp skep {
  local ${own} as 65000;
  neighbor ${peer} as 65001;
  passive on;
  error wait time 1, 2;
  graceful restart on;
  ipv4 { import all; export none; };
  ipv6 { import all; export none; };
}
`

const metallb = (router: string): string => `peers:
  - { peer-address: ${router}, peer-asn: 65000, my-asn: 65001 }
address-pools:
  - name: default
    protocol: bgp
    addresses: [192.0.2.0/25, "2001:db8:7::/120"]
    bgp-advertisements: [{ aggregation-length: 32, communities: ["65001:7"] }]
`

test('pod CIDRs and service addresses, IPv4 and IPv6, are announced to a router, withdrawn, kept over a restart, and withheld where nobody serves', async () => {
  await using stack = new AsyncDisposableStack()
  const folder = mkdtempSync(join(tmpdir(), 'skep-agent-bgp-'))
  stack.defer(() => rmSync(folder, { recursive: true, force: true }))
  const file = (name: string, text = ''): string => {
    writeFileSync(join(folder, name), text)
    return join(folder, name)
  }
  const cluster = stack.use(await kubeTestEnv())
  const node = await cluster.node('here', { zone: 'a' })
  const router = await cluster.machine('router')
  const own = router.address()
  const control = join(folder, 'bird.ctl')
  router.spawn('bird', ['-f', '-c', file('bird.conf', bird(own, node.ip)), '-s', control])

  /** What the router has from the node, when it is that. */
  async function untilRoutes(wanted: readonly string[]): Promise<string> {
    let said = ''
    for (let tries = 0; tries < 150; tries++) {
      said = (await router.attempt('birdc', ['-s', control, 'show', 'route', 'all'])).stdout
      const prefixes = new Set([...said.matchAll(/^(\S+\/\d+)\s/gm)].map(([, prefix]) => prefix!))
      if (prefixes.size === wanted.length && wanted.every((one) => prefixes.has(one))) return said
      await wait(100)
    }
    throw new Error(`the router has not ${wanted.join(', ')}, but:\n${said}\n${await agent.ask('bgp')}`)
  }

  const giveAddresses = (name: string, ...addresses: readonly string[]): Promise<unknown> => {
    const status = { loadBalancer: { ingress: addresses.map((ip) => ({ ip })) } }
    return cluster.api.patch(services, { name }, { status }, { subresource: 'status' })
  }

  const agent = new SkepAgent(cluster, node, 'admin', [
    '--bgp-announce-pod-cidr=true',
    '--bgp-announce-lb-ip=true',
    `--bgp-config-path=${file('bgp.yaml', metallb(own))}`,
  ])
  stack.use(agent)
  await agent.start()
  await untilRoutes(node.podCIDRs)

  await cluster.api.create(services, {
    metadata: { name: 'web' },
    spec: { type: 'LoadBalancer', selector: { app: 'web' }, ports: [{ port: 80 }], ipFamilyPolicy: 'PreferDualStack' },
  })
  await giveAddresses('web', '192.0.2.10', '2001:db8:7::10')
  const pod = stack.use(await cluster.pod(node, { labels: { app: 'web' } }))
  const both = [...node.podCIDRs, '192.0.2.10/32', '2001:db8:7::10/128']
  expect(await untilRoutes(both)).toContain('(65001,7)')

  const { peers, routes } = JSON.parse(await agent.ask('bgp', '--json')) as BgpDocument
  expect(peers).toMatchObject([{ address: own, state: 'established' }])
  expect(routes).toContainEqual(expect.objectContaining({ prefix: '192.0.2.10/32', reason: 'service default/web' }))

  await agent.end('SIGKILL')
  await untilRoutes(both)
  await agent.start()
  await untilRoutes(both)

  await pod.setReady(false)
  await untilRoutes(node.podCIDRs)

  // externalTrafficPolicy: Local: by nodes that have an endpoint that is ready, and as long as they have one.
  const other = await cluster.node('there', { zone: 'b' })
  await cluster.api.create(services, {
    metadata: { name: 'near' },
    spec: { type: 'LoadBalancer', externalTrafficPolicy: 'Local', selector: { app: 'near' }, ports: [{ port: 80 }] },
  })
  await giveAddresses('near', '192.0.2.11')
  stack.use(await cluster.pod(other, { labels: { app: 'near' } }))
  await pod.setReady(true)
  await untilRoutes(both)
  const near = stack.use(await cluster.pod(node, { labels: { app: 'near' } }))
  await untilRoutes([...both, '192.0.2.11/32'])
  await near.setReady(false)
  await untilRoutes(both)

  // Packets from outside are to be served by the agent now, which finds no such device.
  await agent.end('SIGKILL')
  await agent.start('--kube-proxy-replacement=strict', '--devices=eht0')
  await untilRoutes(node.podCIDRs)
  const { problems } = JSON.parse(await agent.ask('status', '--json')) as StatusDocument
  expect(problems).toContainEqual(
    expect.stringMatching(/^192\.0\.2\.10 of default\/web is not announced: no device meets its packets: eht0/),
  )
  await agent.end('SIGKILL')
  await agent.start('--kube-proxy-replacement=strict')
  await untilRoutes(both)
}, 120_000)
