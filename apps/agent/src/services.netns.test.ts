import { afterAll, afterEach, beforeAll, beforeEach, expect, test } from '@jest/globals'
import { clusterNeeds } from '@skep/kube-testenv'
import type { Backend } from '@skep/services'
import { needing } from '@skep/testbed'
import { HeldSocket } from '../test/held-socket.ts'
import { Site } from '../test/site.ts'
import type { ServiceRow, StatusDocument } from './control/documents.ts'

const { describe } = needing(...clusterNeeds)

/** Each test starts agents, on a machine that may have ten times as much to do as it can. */
const PATIENCE_MS = 120_000

describe('services of a cluster, at the sockets of a node', () => {
  let site: Site
  let stack: AsyncDisposableStack

  beforeAll(async () => {
    site = await Site.open()
  }, PATIENCE_MS)

  afterAll(() => site[Symbol.asyncDispose](), PATIENCE_MS)

  beforeEach(() => {
    stack = new AsyncDisposableStack()
  })

  afterEach(() => stack.disposeAsync(), PATIENCE_MS)

  test(
    'a ClusterIP, IPv4 and IPv6: each backend answers, on this node and on another, and who is not ready does not',
    async () => {
      await site.webPod(stack, site.here, 'web-1')
      const two = await site.webPod(stack, site.there, 'web-2')
      const addresses = await site.service(stack, 'web')
      await site.agent(stack)
      for (const address of addresses) await site.untilAnswers(['web-1', 'web-2'], address)
      await two.setReady(false)
      for (const address of addresses) await site.untilAnswers(['web-1'], address)
    },
    PATIENCE_MS,
  )

  test(
    'a NodePort is at every address of the node, and nobody may bind it',
    async () => {
      await site.webPod(stack, site.there, 'port-1')
      await site.service(stack, 'port', { type: 'NodePort', ports: [{ port: 80, nodePort: 30_080 }] })
      await site.agent(stack)
      for (const address of [...site.here.addresses, '127.0.0.1']) await site.untilAnswers(['port-1'], address, 30_080)
      const bind = site.here.machine.attempt('python3', [
        '-c',
        'import socket; socket.socket().bind(("0.0.0.0", 30080))',
      ])
      await expect(bind).resolves.toMatchObject({ code: 1, stderr: expect.stringMatching(/PermissionError|in use/) })
    },
    PATIENCE_MS,
  )

  test(
    'a service without endpoints refuses, at once',
    async () => {
      const [address] = await site.service(stack, 'empty')
      await site.agent(stack)
      const asked = await site.here.machine.attempt('curl', ['-sSm5', `http://${address}/`])
      expect(asked).toMatchObject({ code: 7, stderr: expect.stringMatching(/refused|connect/i) })
    },
    PATIENCE_MS,
  )

  test(
    'trafficDistribution: the zone comes first, and explain says so',
    async () => {
      await site.webPod(stack, site.here, 'zoned-1')
      await site.webPod(stack, site.there, 'zoned-2')
      const [address] = await site.service(stack, 'zoned', { trafficDistribution: 'PreferSameZone' })
      const agent = await site.agent(stack, '--enable-service-topology=true')
      await site.untilAnswers(['zoned-1'], address!)
      expect(await agent.ask('explain', 'default/zoned')).toContain('2 → 1 by zone a')
    },
    PATIENCE_MS,
  )

  test(
    'kill -9: what is served stays, and the next agent goes on from there, with more room',
    async () => {
      await site.webPod(stack, site.here, 'kept-1')
      const [address] = await site.service(stack, 'kept')
      const agent = await site.agent(stack)
      await site.untilAnswers(['kept-1'], address!)
      const before = JSON.parse(await agent.says('/backends')) as Backend[]
      const held = stack.use(await HeldSocket.open(site.here.machine, { address: address!, port: 80, protocol: 'tcp' }))
      await agent.end('SIGKILL')
      expect(await site.get(address!)).toBe('kept-1')
      expect(await held.ask()).toBe('kept-1')
      await site.webPod(stack, site.there, 'kept-2')
      await agent.start('--bpf-lb-map-max=300000', '--bpf-sock-rev-map-max=300000')
      await site.untilAnswers(['kept-1', 'kept-2'], address!)
      const after = JSON.parse(await agent.says('/backends')) as Backend[]
      expect(after).toEqual(expect.arrayContaining(before))
      expect(after.length).toBeGreaterThan(before.length)
      const { sockets } = JSON.parse(await agent.says('/status')) as StatusDocument
      expect(sockets?.gauges.find(({ capacity }) => capacity === 'peers')?.size).toBe(300_000)
      expect(await held.ask()).toBe('kept-1')
    },
    PATIENCE_MS,
  )

  test(
    'status, services and explain tell what is served',
    async () => {
      await site.webPod(stack, site.here, 'told-1')
      const [address] = await site.service(stack, 'told')
      const agent = await site.agent(stack)
      await site.untilAnswers(['told-1'], address!)
      const status = JSON.parse(await agent.ask('status', '--json')) as StatusDocument
      expect(status).toMatchObject({ node: 'here', healthy: true, problems: [] })
      expect(status.sources.map(({ kind, state }) => `${kind} ${state}`)).toContain('Service watching')
      const rows = JSON.parse(await agent.ask('services', '--json')) as ServiceRow[]
      expect(rows).toContainEqual(
        expect.objectContaining({ service: 'default/told', frontend: `${address}:80`, kind: 'ClusterIP', backends: 1 }),
      )
      expect(await agent.ask('explain', `${address}:80`)).toContain('TCP, from the host: translated')
      const metrics = await agent.ask('metrics')
      expect(metrics).toContain('# TYPE skep_agent_socket_verdicts_total counter')
      expect(metrics).toMatch(/^skep_agent_source_objects{kind="Node"} 2$/m)
      expect(metrics).toMatch(/^skep_agent_healthy 1$/m)
    },
    PATIENCE_MS,
  )
})
