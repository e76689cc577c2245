import { afterAll, afterEach, beforeAll, beforeEach, expect, test } from '@jest/globals'
import { clusterNeeds, type Pod } from '@skep/kube-testenv'
import { type HeldConnections, holdConnections, needing, tcpEcho, udpEcho } from '@skep/testbed'
import { answeredByUdp, getFrom, untilAnswered } from '../../test/pod-client.ts'
import { Sidecar } from '../../test/sidecar.ts'
import { Site } from '../../test/site.ts'
import type { SkepAgent } from '../../test/skep-agent.ts'
import type { StatusDocument } from '../control/documents.ts'

const { describe } = needing(...clusterNeeds)

describe('bpf-lb-sock-hostns-only: pods’ packets are translated at their veths', () => {
  let site: Site
  let agent: SkepAgent
  let stack: AsyncDisposableStack
  const all = new AsyncDisposableStack()

  beforeAll(async () => {
    site = all.use(await Site.open())
    agent = await site.agent(all, '--bpf-lb-sock-hostns-only=true')
  })

  afterAll(() => all.disposeAsync())

  beforeEach(() => {
    stack = new AsyncDisposableStack()
  })

  afterEach(() => stack.disposeAsync())

  const clientPod = async (name: string): Promise<Pod> => stack.use(await site.cluster.pod(site.here, { name }))

  test('a ClusterIP, IPv4 and IPv6, of backends on this node and on another; the node’s own sockets as ever', async () => {
    const pod = await clientPod('asks')
    await site.webPod(stack, site.here, 'web-1')
    await site.webPod(stack, site.there, 'web-2')
    for (const address of await site.service(stack, 'web')) {
      await untilAnswered(pod, ['web-1', 'web-2'], address)
      await site.untilAnswers(['web-1', 'web-2'], address)
    }
  })

  test('UDP, IPv4 and IPv6: the answer comes from the service', async () => {
    const pod = await clientPod('sends')
    const echo = stack.use(await site.cluster.pod(site.there, { name: 'echo-1', labels: { app: 'echo' } }))
    stack.use(await udpEcho(echo.host, { port: 5353 }))
    const addresses = await site.service(stack, 'echo', {
      ports: [{ port: 53, targetPort: 5353, protocol: 'UDP' }],
    })
    for (const address of addresses) expect(await answeredByUdp(pod, address, 53)).toBe(`${address} 53`)
  })

  test('a NodePort, at the addresses of the node', async () => {
    const pod = await clientPod('knocks')
    await site.webPod(stack, site.there, 'port-1')
    await site.service(stack, 'port', { type: 'NodePort', ports: [{ port: 80, nodePort: 30_081 }] })
    for (const address of site.here.addresses) await untilAnswered(pod, ['port-1'], address, 30_081)
  })

  test('a sidecar that iptables redirects to sees the service, and reaches it', async () => {
    const pod = await clientPod('meshed')
    await site.webPod(stack, site.there, 'seen-1')
    const addresses = await site.service(stack, 'seen')
    for (const address of addresses) await untilAnswered(pod, ['seen-1'], address)
    const sidecar = stack.use(await Sidecar.start(pod))
    for (const address of addresses) {
      expect(await getFrom(pod, address)).toBe('seen-1')
      expect(await sidecar.saw()).toBe(`${address} 80`)
    }
  })

  test('a pod reaches itself by its service', async () => {
    const pod = await site.webPod(stack, site.here, 'self-1')
    for (const address of await site.service(stack, 'self')) await untilAnswered(pod, ['self-1'], address)
  })

  test('a service without endpoints refuses, at once', async () => {
    const pod = await clientPod('hopes')
    for (const address of await site.service(stack, 'empty')) {
      await site.untilBackends(agent, address.includes(':') ? `[${address}]` : address, 0)
      await expect(getFrom(pod, address)).rejects.toThrow(/refused|Could ?n.t connect|Failed to connect/i)
    }
    const { pods } = JSON.parse(await agent.ask('status', '--json')) as StatusDocument
    expect(Number(pods?.verdicts['REFUSE_NO_BACKEND'])).toBeGreaterThan(0)
  })

  test('a backend that goes takes no new connections, and keeps those that it has', async () => {
    const pod = await clientPod('stays')
    const backends: Pod[] = []
    for (const i of [1, 2]) {
      const backend = stack.use(await site.cluster.pod(site.there, { name: `tcp-${i}`, labels: { app: 'tcp' } }))
      stack.use(await tcpEcho(backend.host, { name: `tcp-${i}` }))
      backends.push(backend)
    }
    const [address] = await site.service(stack, 'tcp', { ports: [{ port: 7 }] })
    const hold = (): Promise<HeldConnections> =>
      holdConnections(pod.host, { address: address!, port: 7, connections: 20, timeoutMs: 2000 })
    const held = await heldBy(hold, (by) => Object.keys(by).length === 2)
    await backends[0]!.terminate()
    await heldBy(hold, ({ 'tcp-2': count }) => count === 20)
    expect((await held.check()).broken).toEqual([])
  })

  test('kill -9 of the agent: connections live on, new ones are made, and the next agent goes on from there', async () => {
    const pod = await clientPod('lives')
    const backend = stack.use(await site.cluster.pod(site.there, { name: 'kept-1', labels: { app: 'kept' } }))
    stack.use(await tcpEcho(backend.host, { name: 'kept-1' }))
    const [address] = await site.service(stack, 'kept', { ports: [{ port: 7 }] })
    const hold = (): Promise<HeldConnections> =>
      holdConnections(pod.host, { address: address!, port: 7, connections: 5, timeoutMs: 2000 })
    const held = await heldBy(hold, ({ 'kept-1': count }) => count === 5)
    await agent.end('SIGKILL')
    stack.use(await hold())
    await agent.start()
    expect(await held.check()).toMatchObject({ alive: 5, broken: [] })
    expect(stack.use(await hold()).opened.alive).toBe(5)
  })

  test('status and explain tell which device, and why', async () => {
    const pod = await clientPod('told')
    await site.webPod(stack, site.here, 'tell-1')
    const [address] = await site.service(stack, 'tell')
    await untilAnswered(pod, ['tell-1'], address!)
    expect(await agent.ask('explain', 'default/told')).toContain(`at ${pod.device}`)
    expect(await agent.ask('status')).toMatch(/services at pods’ devices: \d+ pods/)
    const metrics = await agent.ask('metrics')
    expect(metrics).toMatch(/^skep_agent_pod_verdicts_total\{verdict="TO_BACKEND"\} \d+$/m)
    expect(metrics).toMatch(/^skep_agent_table_size\{table="pod_flows"\} 262144$/m)
  })

  /** Tries until the servers that have greeted are those. */
  async function heldBy(
    hold: () => Promise<HeldConnections>,
    wanted: (by: Readonly<Record<string, number>>) => boolean,
  ): Promise<HeldConnections> {
    let last = 'nobody'
    for (let tries = 0; tries < 50; tries++) {
      const held = await hold()
      if (wanted(held.opened.perServer)) return stack.use(held)
      last = JSON.stringify(held.opened.perServer)
      await held[Symbol.asyncDispose]()
    }
    throw new Error(`connections are answered by ${last}`)
  }
})
