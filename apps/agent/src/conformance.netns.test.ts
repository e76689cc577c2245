import { afterAll, afterEach, beforeAll, beforeEach, expect, test } from '@jest/globals'
import { clusterNeeds, endpointSlices, services } from '@skep/kube-testenv'
import { needing, udpEcho } from '@skep/testbed'
import { HeldSocket } from '../test/held-socket.ts'
import { Site } from '../test/site.ts'
import type { SkepAgent } from '../test/skep-agent.ts'

const { describe } = needing(...clusterNeeds)

describe('every type of service and policy, with real connections from a node', () => {
  let site: Site
  let agent: SkepAgent
  let stack: AsyncDisposableStack
  const all = new AsyncDisposableStack()

  beforeAll(async () => {
    site = all.use(await Site.open())
    agent = await site.agent(all)
  }, 120_000)

  afterAll(() => all.disposeAsync(), 120_000)

  beforeEach(() => {
    stack = new AsyncDisposableStack()
  })

  afterEach(() => stack.disposeAsync(), 120_000)

  test('LoadBalancer: its address, before a packet leaves for it', async () => {
    await site.webPod(stack, site.there, 'cloud-1')
    await site.service(stack, 'cloud', { type: 'LoadBalancer' })
    await site.giveAddress('cloud', '192.0.2.10')
    await site.untilAnswers(['cloud-1'], '192.0.2.10')
  })

  test('externalIPs', async () => {
    await site.webPod(stack, site.there, 'extern-1')
    await site.service(stack, 'extern', { externalIPs: ['192.0.2.20', '2001:db8::20'] })
    await site.untilAnswers(['extern-1'], '192.0.2.20')
    await site.untilAnswers(['extern-1'], '2001:db8::20')
  })

  test('hostPort of a pod', async () => {
    const ports = [{ containerPort: 80, hostPort: 8088 }]
    await site.webPod(stack, site.here, 'hosted-1', { ports })
    await site.untilAnswers(['hosted-1'], site.here.ip, 8088)
  })

  test('internalTrafficPolicy: Local takes endpoints of this node alone, and drops where there are none', async () => {
    await site.webPod(stack, site.here, 'local-1')
    await site.webPod(stack, site.there, 'local-2')
    const [address] = await site.service(stack, 'local', { internalTrafficPolicy: 'Local' })
    await site.untilAnswers(['local-1'], address!)
    await site.webPod(stack, site.there, 'remote-1')
    const [remote] = await site.service(stack, 'remote', { internalTrafficPolicy: 'Local' })
    await site.untilBackends(agent, remote!, 0)
    await expect(site.get(remote!)).rejects.toThrow(/Failed to connect|Couldn't connect|Could not connect/)
  })

  test('sessionAffinity: ClientIP: one backend for all connections of the node', async () => {
    for (const i of [1, 2, 3]) await site.webPod(stack, i === 1 ? site.here : site.there, `same-${i}`)
    const [address] = await site.service(stack, 'same', { sessionAffinity: 'ClientIP' })
    await site.untilBackends(agent, address!, 3)
    const seen = new Set<string>()
    for (let i = 0; i < 15; i++) seen.add(await site.get(address!))
    expect(seen.size).toBe(1)
  })

  test('a target port by name, which pods have at different numbers', async () => {
    const named = (containerPort: number) => ({ ports: [{ name: 'http', containerPort }] })
    await site.webPod(stack, site.here, 'named-1', named(80))
    await site.webPod(stack, site.there, 'named-2', named(81))
    const [address] = await site.service(stack, 'named', { ports: [{ port: 80, targetPort: 'http' }] })
    await site.untilBackends(agent, address!, 2)
    const rows = await agent.ask('explain', 'default/named')
    expect(rows).toMatch(/:80 on here/)
    expect(rows).toMatch(/:81 on there/)
  })

  test('UDP: datagrams of a socket that is not connected go there and come back from the service', async () => {
    const pod = stack.use(await site.cluster.pod(site.there, { labels: { app: 'echo' } }))
    stack.use(await udpEcho(pod.host, { port: 5353 }))
    const [address] = await site.service(stack, 'echo', { ports: [{ port: 53, targetPort: 5353, protocol: 'UDP' }] })
    const script = `import socket
s = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
s.settimeout(1)
for i in range(30):
    try:
        s.sendto(b'ping', ('${address}', 53))
        data, peer = s.recvfrom(99)
        print(data.decode(), *peer)
        break
    except OSError:
        pass`
    expect((await site.here.machine.exec('python3', '-c', script)).trim()).toMatch(new RegExp(`ping ${address} 53$`))
  })

  test('headless and ExternalName services have no frontends, and explain says why', async () => {
    await site.service(stack, 'headless', { clusterIP: 'None' })
    await site.cluster.api.create(services, {
      metadata: { name: 'elsewhere' },
      spec: { type: 'ExternalName', externalName: 'example.org' },
    })
    for (const [name, why] of [
      ['headless', 'clusterIP: None'],
      ['elsewhere', 'DNS answers for it'],
    ])
      await site.untilStatus(agent, name!, new RegExp(why!))
  })

  test('a LoadBalancer address with ipMode Proxy is left to the load balancer', async () => {
    await site.webPod(stack, site.there, 'proxied-1')
    await site.service(stack, 'proxied', { type: 'LoadBalancer' })
    await site.giveAddress('proxied', '192.0.2.30')
    await site.untilAnswers(['proxied-1'], '192.0.2.30')
    await site.giveAddress('proxied', '192.0.2.30', 'Proxy')
    await site.untilStatus(agent, 'proxied', /192\.0\.2\.30 has ipMode Proxy/)
    await expect(site.get('192.0.2.30')).rejects.toThrow(/connect|timed out/i)
  })

  test('loadBalancerClass: served at the address that somebody else has given', async () => {
    await site.webPod(stack, site.there, 'classy-1')
    await site.service(stack, 'classy', { type: 'LoadBalancer', loadBalancerClass: 'example.org/lb' })
    await site.giveAddress('classy', '192.0.2.31')
    await site.untilAnswers(['classy-1'], '192.0.2.31')
  })

  test('TCP and UDP at one port number are two frontends', async () => {
    const pod = await site.webPod(stack, site.there, 'both-1')
    stack.use(await udpEcho(pod.host, { port: 80 }))
    const protocols = ['TCP', 'UDP'].map((protocol) => ({ name: protocol.toLowerCase(), port: 80, protocol }))
    const [address] = await site.service(stack, 'both', { ports: protocols })
    await site.untilAnswers(['both-1'], address!)
    const held = stack.use(await HeldSocket.open(site.here.machine, { address: address!, port: 80, protocol: 'udp' }))
    expect(held.answered).toBe('ping')
  })

  test('of two services that want one address, one is served: the older', async () => {
    await site.webPod(stack, site.there, 'older-1')
    await site.webPod(stack, site.there, 'younger-1')
    await site.service(stack, 'older', { externalIPs: ['192.0.2.32'] })
    await site.untilAnswers(['older-1'], '192.0.2.32')
    await site.service(stack, 'younger', { externalIPs: ['192.0.2.32'] })
    await site.untilStatus(agent, 'younger', /192\.0\.2\.32:80\/TCP.*default\/older has it/)
    await site.untilAnswers(['older-1'], '192.0.2.32')
  })

  test('publishNotReadyAddresses: who is not ready is served', async () => {
    const pod = await site.webPod(stack, site.there, 'starting-1')
    const [address] = await site.service(stack, 'starting', { publishNotReadyAddresses: true })
    await pod.setReady(false)
    await site.untilAnswers(['starting-1'], address!)
  })

  test('service.cilium.io/type: only that is provided', async () => {
    await site.webPod(stack, site.there, 'typed-1')
    const spec = { type: 'NodePort', ports: [{ port: 80, nodePort: 30_077 }] }
    const [address] = await site.service(stack, 'typed', spec, { 'service.cilium.io/type': 'NodePort' })
    await site.untilAnswers(['typed-1'], site.here.ip, 30_077)
    await expect(site.get(address!)).rejects.toThrow(/connect|timed out/i)
  })

  test('service.cilium.io/node-selector and node: a service of other nodes is not served', async () => {
    await site.webPod(stack, site.there, 'picky-1')
    const selector = { 'service.cilium.io/node-selector': 'topology.kubernetes.io/zone in (b)' }
    const [address] = await site.service(stack, 'picky', {}, selector)
    await site.untilStatus(agent, 'picky', /it is only for nodes that/)
    await expect(site.get(address!)).rejects.toThrow(/connect|timed out/i)
    const ours = { 'service.cilium.io/node-selector': 'topology.kubernetes.io/zone in (a)' }
    await site.cluster.api.patch(services, { name: 'picky' }, { metadata: { annotations: ours } })
    await site.untilAnswers(['picky-1'], address!)
  })

  test('service.cilium.io/weight of slices: shares, and 0 for maintenance', async () => {
    const two = [await site.webPod(stack, site.here, 'weighed-1'), await site.webPod(stack, site.there, 'weighed-2')]
    const [address] = await site.service(stack, 'weighed', { selector: undefined, ipFamilyPolicy: 'SingleStack' })
    for (const [i, pod] of two.entries()) {
      const [name, weight] = [`weighed-${i}`, i === 0 ? '300' : '100']
      const annotations = { 'service.cilium.io/weight': weight }
      const metadata = { name, annotations, labels: { 'kubernetes.io/service-name': 'weighed' } }
      const endpoints = [{ addresses: [pod.ip] }]
      const slice = { metadata, addressType: 'IPv4', ports: [{ port: 80, protocol: 'TCP' }], endpoints } as const
      await site.cluster.api.create(endpointSlices, slice)
      stack.defer(async () => void (await site.cluster.api.delete(endpointSlices, { name })))
    }
    await site.untilBackends(agent, address!, 2)
    expect(await agent.ask('explain', `${address}:80`)).toMatch(/:80 with 3 slots\n.*:80 with 1 slots/)
    const none = { metadata: { annotations: { 'service.cilium.io/weight': '0' } } }
    await site.cluster.api.patch(endpointSlices, { name: 'weighed-0' }, none)
    await site.untilAnswers(['weighed-2'], address!)
  })
})
