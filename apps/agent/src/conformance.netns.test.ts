import { setTimeout as delay } from 'node:timers/promises'
import { expect, test } from '@jest/globals'
import { clusterNeeds, endpointSlices, services } from '@skep/kube-testenv'
import { needing, udpEcho } from '@skep/testbed'
import { HeldSocket } from '../test/held-socket.ts'
import { sharedSite } from '../test/shared-site.ts'

const PROXY_NAME = 'service.kubernetes.io/service-proxy-name'
const { describe } = needing(...clusterNeeds)

describe('every type of service and policy, with real connections from a node', () => {
  const lab = sharedSite()

  test('LoadBalancer: its address, before a packet leaves for it', async () => {
    await lab.site.webPod(lab.stack, lab.site.there, 'cloud-1')
    await lab.site.service(lab.stack, 'cloud', { type: 'LoadBalancer' })
    await lab.site.giveAddress('cloud', '192.0.2.10')
    await lab.site.untilAnswers(['cloud-1'], '192.0.2.10')
  })

  test('externalIPs', async () => {
    await lab.site.webPod(lab.stack, lab.site.there, 'extern-1')
    await lab.site.service(lab.stack, 'extern', { externalIPs: ['192.0.2.20', '2001:db8::20'] })
    await lab.site.untilAnswers(['extern-1'], '192.0.2.20')
    await lab.site.untilAnswers(['extern-1'], '2001:db8::20')
  })

  test('hostPort of a pod', async () => {
    const ports = [{ containerPort: 80, hostPort: 8088 }]
    await lab.site.webPod(lab.stack, lab.site.here, 'hosted-1', { ports })
    await lab.site.untilAnswers(['hosted-1'], lab.site.here.ip, 8088)
  })

  test('internalTrafficPolicy: Local takes endpoints of this node alone, and drops where there are none', async () => {
    await lab.site.webPod(lab.stack, lab.site.here, 'local-1')
    await lab.site.webPod(lab.stack, lab.site.there, 'local-2')
    const [address] = await lab.site.service(lab.stack, 'local', { internalTrafficPolicy: 'Local' })
    await lab.site.untilAnswers(['local-1'], address!)
    await lab.site.webPod(lab.stack, lab.site.there, 'remote-1')
    const [remote] = await lab.site.service(lab.stack, 'remote', { internalTrafficPolicy: 'Local' })
    await lab.site.untilBackends(lab.agent, remote!, 0)
    await expect(lab.site.get(remote!)).rejects.toThrow(/Failed to connect|Couldn't connect|Could not connect/)
  })

  test('sessionAffinity: ClientIP: one backend for all connections of the node', async () => {
    for (const i of [1, 2, 3]) await lab.site.webPod(lab.stack, i === 1 ? lab.site.here : lab.site.there, `same-${i}`)
    const [address] = await lab.site.service(lab.stack, 'same', { sessionAffinity: 'ClientIP' })
    await lab.site.untilBackends(lab.agent, address!, 3)
    const seen = new Set<string>()
    for (let i = 0; i < 15; i++) seen.add(await lab.site.get(address!))
    expect(seen.size).toBe(1)
  })

  test('sessionAffinity of UDP: datagrams of all sockets go to one backend', async () => {
    for (const i of [1, 2, 3]) {
      const pod = lab.stack.use(
        await lab.site.cluster.pod(lab.site.there, { name: `sticky-${i}`, labels: { app: 'sticky' } }),
      )
      lab.stack.use(await udpEcho(pod.host, { port: 5353, name: `sticky-${i}` }))
    }
    const ports = [{ port: 53, targetPort: 5353, protocol: 'UDP' }]
    const [address] = await lab.site.service(lab.stack, 'sticky', { ports, sessionAffinity: 'ClientIP' })
    await lab.site.untilBackends(lab.agent, address!, 3, 53)
    const script = `import socket
for i in range(12):
    s = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
    s.settimeout(5)
    s.sendto(b'ping', ('${address}', 53))
    print(s.recv(99).decode().split()[0])`
    const said = (await lab.site.here.machine.exec('python3', '-c', script)).trim().split('\n')
    expect(said).toEqual(Array.from({ length: 12 }, () => said[0]))
  })

  test('sessionAffinity is forgotten where it was not used for its time', async () => {
    for (const i of [1, 2, 3, 4]) await lab.site.webPod(lab.stack, lab.site.there, `brief-${i}`)
    const [address] = await lab.site.service(lab.stack, 'brief', {
      sessionAffinity: 'ClientIP',
      sessionAffinityConfig: { clientIP: { timeoutSeconds: 1 } },
    })
    await lab.site.untilBackends(lab.agent, address!, 4)
    const first = await lab.site.get(address!)
    await lab.site.until(async () => {
      await delay(1100)
      return (await lab.site.get(address!)) !== first
    })
  })

  test('externalTrafficPolicy: Local is for clients outside: from inside all endpoints answer', async () => {
    await lab.site.webPod(lab.stack, lab.site.there, 'inner-1')
    const ports = [{ port: 80, nodePort: 30_078 }]
    await lab.site.service(lab.stack, 'inner', { type: 'LoadBalancer', externalTrafficPolicy: 'Local', ports })
    await lab.site.giveAddress('inner', '192.0.2.33')
    await lab.site.untilAnswers(['inner-1'], '192.0.2.33')
    for (const address of lab.site.here.addresses) await lab.site.untilAnswers(['inner-1'], address, 30_078)
  })

  test('service-proxy-name: a service of another proxy is left to it', async () => {
    await lab.site.webPod(lab.stack, lab.site.there, 'foreign-1')
    const [address] = await lab.site.service(lab.stack, 'foreign')
    await lab.site.untilAnswers(['foreign-1'], address!)
    const label = (name: string | null) =>
      lab.site.cluster.api.patch(services, { name: 'foreign' }, { metadata: { labels: { [PROXY_NAME]: name } } })
    await label('other')
    await lab.site.untilStatus(lab.agent, 'foreign', /service-proxy-name/)
    await expect(lab.site.get(address!)).rejects.toThrow(/connect|timed out/i)
    await label(null)
    await lab.site.untilAnswers(['foreign-1'], address!)
  })

  test('a target port by name, which pods have at different numbers', async () => {
    const named = (containerPort: number) => ({ ports: [{ name: 'http', containerPort }] })
    await lab.site.webPod(lab.stack, lab.site.here, 'named-1', named(80))
    await lab.site.webPod(lab.stack, lab.site.there, 'named-2', named(81))
    const [address] = await lab.site.service(lab.stack, 'named', { ports: [{ port: 80, targetPort: 'http' }] })
    await lab.site.untilBackends(lab.agent, address!, 2)
    const rows = await lab.agent.ask('explain', 'default/named')
    expect(rows).toMatch(/:80 on here/)
    expect(rows).toMatch(/:81 on there/)
  })

  test('UDP: datagrams of a socket that is not connected go there and come back from the service', async () => {
    const pod = lab.stack.use(await lab.site.cluster.pod(lab.site.there, { labels: { app: 'echo' } }))
    lab.stack.use(await udpEcho(pod.host, { port: 5353 }))
    const [address] = await lab.site.service(lab.stack, 'echo', {
      ports: [{ port: 53, targetPort: 5353, protocol: 'UDP' }],
    })
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
    expect((await lab.site.here.machine.exec('python3', '-c', script)).trim()).toMatch(
      new RegExp(`ping ${address} 53$`),
    )
  })

  test('headless and ExternalName services have no frontends, and explain says why', async () => {
    await lab.site.service(lab.stack, 'headless', { clusterIP: 'None' })
    await lab.site.cluster.api.create(services, {
      metadata: { name: 'elsewhere' },
      spec: { type: 'ExternalName', externalName: 'example.org' },
    })
    for (const [name, why] of [
      ['headless', 'clusterIP: None'],
      ['elsewhere', 'DNS answers for it'],
    ])
      await lab.site.untilStatus(lab.agent, name!, new RegExp(why!))
  })

  test('a LoadBalancer address with ipMode Proxy is left to the load balancer', async () => {
    await lab.site.webPod(lab.stack, lab.site.there, 'proxied-1')
    await lab.site.service(lab.stack, 'proxied', { type: 'LoadBalancer' })
    await lab.site.giveAddress('proxied', '192.0.2.30')
    await lab.site.untilAnswers(['proxied-1'], '192.0.2.30')
    await lab.site.giveAddress('proxied', '192.0.2.30', 'Proxy')
    await lab.site.untilStatus(lab.agent, 'proxied', /192\.0\.2\.30 has ipMode Proxy/)
    await expect(lab.site.get('192.0.2.30')).rejects.toThrow(/connect|timed out/i)
  })

  test('loadBalancerClass: served at the address that somebody else has given', async () => {
    await lab.site.webPod(lab.stack, lab.site.there, 'classy-1')
    await lab.site.service(lab.stack, 'classy', { type: 'LoadBalancer', loadBalancerClass: 'example.org/lb' })
    await lab.site.giveAddress('classy', '192.0.2.31')
    await lab.site.untilAnswers(['classy-1'], '192.0.2.31')
  })

  test('TCP and UDP at one port number are two frontends', async () => {
    const pod = await lab.site.webPod(lab.stack, lab.site.there, 'both-1')
    lab.stack.use(await udpEcho(pod.host, { port: 80 }))
    const protocols = ['TCP', 'UDP'].map((protocol) => ({ name: protocol.toLowerCase(), port: 80, protocol }))
    const [address] = await lab.site.service(lab.stack, 'both', { ports: protocols })
    await lab.site.untilAnswers(['both-1'], address!)
    const held = lab.stack.use(
      await HeldSocket.open(lab.site.here.machine, { address: address!, port: 80, protocol: 'udp' }),
    )
    expect(held.answered).toBe('ping')
  })

  test('of two services that want one address, one is served: the older', async () => {
    await lab.site.webPod(lab.stack, lab.site.there, 'older-1')
    await lab.site.webPod(lab.stack, lab.site.there, 'younger-1')
    await lab.site.service(lab.stack, 'older', { externalIPs: ['192.0.2.32'] })
    await lab.site.untilAnswers(['older-1'], '192.0.2.32')
    await lab.site.service(lab.stack, 'younger', { externalIPs: ['192.0.2.32'] })
    await lab.site.untilStatus(lab.agent, 'younger', /192\.0\.2\.32:80\/TCP.*default\/older has it/)
    await lab.site.untilAnswers(['older-1'], '192.0.2.32')
  })

  test('publishNotReadyAddresses: who is not ready is served', async () => {
    const pod = await lab.site.webPod(lab.stack, lab.site.there, 'starting-1')
    const [address] = await lab.site.service(lab.stack, 'starting', { publishNotReadyAddresses: true })
    await pod.setReady(false)
    await lab.site.untilAnswers(['starting-1'], address!)
  })

  test('service.cilium.io/type: only that is provided', async () => {
    await lab.site.webPod(lab.stack, lab.site.there, 'typed-1')
    const spec = { type: 'NodePort', ports: [{ port: 80, nodePort: 30_077 }] }
    const [address] = await lab.site.service(lab.stack, 'typed', spec, { 'service.cilium.io/type': 'NodePort' })
    await lab.site.untilAnswers(['typed-1'], lab.site.here.ip, 30_077)
    await expect(lab.site.get(address!)).rejects.toThrow(/connect|timed out/i)
  })

  test('service.cilium.io/node-selector and node: a service of other nodes is not served', async () => {
    await lab.site.webPod(lab.stack, lab.site.there, 'picky-1')
    const selector = { 'service.cilium.io/node-selector': 'topology.kubernetes.io/zone in (b)' }
    const [address] = await lab.site.service(lab.stack, 'picky', {}, selector)
    await lab.site.untilStatus(lab.agent, 'picky', /it is only for nodes that/)
    await expect(lab.site.get(address!)).rejects.toThrow(/connect|timed out/i)
    const ours = { 'service.cilium.io/node-selector': 'topology.kubernetes.io/zone in (a)' }
    await lab.site.cluster.api.patch(services, { name: 'picky' }, { metadata: { annotations: ours } })
    await lab.site.untilAnswers(['picky-1'], address!)
  })

  test('service.cilium.io/weight of slices: shares, and 0 for maintenance', async () => {
    const two = [
      await lab.site.webPod(lab.stack, lab.site.here, 'weighed-1'),
      await lab.site.webPod(lab.stack, lab.site.there, 'weighed-2'),
    ]
    const [address] = await lab.site.service(lab.stack, 'weighed', {
      selector: undefined,
      ipFamilyPolicy: 'SingleStack',
    })
    for (const [i, pod] of two.entries()) {
      const [name, weight] = [`weighed-${i}`, i === 0 ? '300' : '100']
      const annotations = { 'service.cilium.io/weight': weight }
      const metadata = { name, annotations, labels: { 'kubernetes.io/service-name': 'weighed' } }
      const endpoints = [{ addresses: [pod.ip] }]
      const slice = { metadata, addressType: 'IPv4', ports: [{ port: 80, protocol: 'TCP' }], endpoints } as const
      await lab.site.cluster.api.create(endpointSlices, slice)
      lab.stack.defer(async () => void (await lab.site.cluster.api.delete(endpointSlices, { name })))
    }
    await lab.site.untilBackends(lab.agent, address!, 2)
    expect(await lab.agent.ask('explain', `${address}:80`)).toMatch(/:80 with 3 slots\n.*:80 with 1 slots/)
    const none = { metadata: { annotations: { 'service.cilium.io/weight': '0' } } }
    await lab.site.cluster.api.patch(endpointSlices, { name: 'weighed-0' }, none)
    await lab.site.untilAnswers(['weighed-2'], address!)
  })
})
