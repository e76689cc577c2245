import { afterAll, afterEach, beforeAll, beforeEach, expect, test } from '@jest/globals'
import { clusterNeeds, services } from '@skep/kube-testenv'
import { needing, udpEcho } from '@skep/testbed'
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
  })

  afterAll(() => all.disposeAsync())

  beforeEach(() => {
    stack = new AsyncDisposableStack()
  })

  afterEach(() => stack.disposeAsync())

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
      await untilExplained(name!, why!)
  })

  async function untilExplained(name: string, why: string): Promise<void> {
    let said = ''
    for (let tries = 0; tries < 40 && !said.includes(why); tries++)
      said = (await site.here.machine.attempt(...agent.command('explain', `default/${name}`))).stdout
    expect(said).toContain(why)
  }
})
