import { readFileSync } from 'node:fs'
import { afterAll, afterEach, beforeAll, beforeEach, expect, test } from '@jest/globals'
import { type Cluster, clusterNeeds, type kinds, kubeTestEnv, type Node, type Pod, services } from '@skep/kube-testenv'
import type { Backend } from '@skep/services'
import { httpServer, needing } from '@skep/testbed'
import { parseAllDocuments } from 'yaml'
import { requests } from '../test/requests.ts'
import { SkepAgent } from '../test/skep-agent.ts'
import type { ServiceRow, StatusDocument } from './control/documents.ts'

const { describe } = needing(...clusterNeeds)
const agentUser = 'system:serviceaccount:kube-system:skep-agent'
const manifests = parseAllDocuments(
  readFileSync(new URL('../../../deploy/kubernetes/skep-agent-rbac.yaml', import.meta.url), 'utf8'),
).map((document) => document.toJS() as kinds.KubeObject)

describe('services of a cluster, on a node without kube-proxy', () => {
  let cluster: Cluster
  let here: Node
  let there: Node
  let stack: AsyncDisposableStack

  beforeAll(async () => {
    cluster = await kubeTestEnv({ authorization: 'RBAC', users: [{ name: agentUser }] })
    for (const object of manifests) await cluster.api.applyManifest(object)
    here = await cluster.node('here', { zone: 'a' })
    there = await cluster.node('there', { zone: 'b' })
  })

  afterAll(() => cluster[Symbol.asyncDispose]())

  beforeEach(() => {
    stack = new AsyncDisposableStack()
  })

  afterEach(() => stack.disposeAsync())

  /** A pod that answers with its name. */
  async function webPod(node: Node, name: string, app: string): Promise<Pod> {
    const pod = stack.use(await cluster.pod(node, { name, labels: { app }, ready: false }))
    stack.use(await httpServer(pod.host, { name }))
    await pod.setReady(true)
    return pod
  }

  /** Its addresses, IPv4 and IPv6. */
  async function service(name: string, spec: Readonly<Record<string, unknown>> = {}): Promise<readonly string[]> {
    const object = await cluster.api.create(services, {
      metadata: { name },
      spec: { selector: { app: name }, ports: [{ port: 80 }], ipFamilyPolicy: 'PreferDualStack', ...spec },
    })
    stack.defer(async () => void (await cluster.api.delete(services, { name })))
    return object.spec!.clusterIPs as string[]
  }

  async function agentHere(...options: string[]): Promise<SkepAgent> {
    const agent = stack.use(new SkepAgent(cluster, here, agentUser, options))
    await agent.start()
    return agent
  }

  const get = (address: string, port = 80): Promise<string> =>
    here.machine.exec('curl', '-sm5', `http://${address.includes(':') ? `[${address}]` : address}:${port}/`)

  /** Resolves when these answer, and nobody else. */
  async function untilAnswers(wanted: readonly string[], address: string, port = 80): Promise<void> {
    let seen = new Set<string>()
    for (let rounds = 0; rounds < 40; rounds++) {
      seen = new Set()
      for (let i = 0; i < 12; i++) seen.add(await get(address, port).catch((error: Error) => error.message))
      if ([...seen].toSorted().join() === wanted.join()) return
    }
    throw new Error(`${address}:${port} is answered by ${[...seen].join(', ')}, not by ${wanted.join(', ')}`)
  }

  /** Resolves when so many backends of an address take connections. */
  async function untilBackends(agent: SkepAgent, address: string, wanted: number): Promise<void> {
    for (;;) {
      const rows = JSON.parse(await agent.ask('services', '--json')) as ServiceRow[]
      if (
        rows.some(
          ({ frontend, scope, backends }) =>
            frontend === `${address}:80` && scope === 'internal' && backends === wanted,
        )
      )
        return
    }
  }

  test('a ClusterIP, IPv4 and IPv6: each backend answers, on this node and on another, and who is not ready does not', async () => {
    await webPod(here, 'web-1', 'web')
    const two = await webPod(there, 'web-2', 'web')
    const addresses = await service('web')
    await agentHere()
    for (const address of addresses) await untilAnswers(['web-1', 'web-2'], address)
    await two.setReady(false)
    for (const address of addresses) await untilAnswers(['web-1'], address)
  })

  test('a NodePort is at every address of the node, and nobody may bind it', async () => {
    await webPod(there, 'port-1', 'port')
    await service('port', { type: 'NodePort', ports: [{ port: 80, nodePort: 30_080 }] })
    await agentHere()
    for (const address of [...here.addresses, '127.0.0.1']) await untilAnswers(['port-1'], address, 30_080)
    const bind = here.machine.attempt('python3', ['-c', 'import socket; socket.socket().bind(("0.0.0.0", 30080))'])
    await expect(bind).resolves.toMatchObject({ code: 1, stderr: expect.stringMatching(/PermissionError|in use/) })
  })

  test('a service without endpoints refuses, at once', async () => {
    const [address] = await service('empty')
    await agentHere()
    const asked = await here.machine.attempt('curl', ['-sSm5', `http://${address}/`])
    expect(asked).toMatchObject({ code: 7, stderr: expect.stringMatching(/refused|connect/i) })
  })

  test('trafficDistribution: the zone comes first, and explain says so', async () => {
    await webPod(here, 'zoned-1', 'zoned')
    await webPod(there, 'zoned-2', 'zoned')
    const [address] = await service('zoned', { trafficDistribution: 'PreferSameZone' })
    const agent = await agentHere('--enable-service-topology=true')
    await untilAnswers(['zoned-1'], address!)
    expect(await agent.ask('explain', 'default/zoned')).toContain('2 → 1 by zone a')
  })

  test('kill -9: what is served stays, and the next agent goes on from there', async () => {
    await webPod(here, 'kept-1', 'kept')
    const [address] = await service('kept')
    const agent = await agentHere()
    await untilAnswers(['kept-1'], address!)
    const before = JSON.parse(await agent.ask('backends', '--json')) as Backend[]
    await agent.end('SIGKILL')
    expect(await get(address!)).toBe('kept-1')
    await webPod(there, 'kept-2', 'kept')
    await agent.start()
    await untilAnswers(['kept-1', 'kept-2'], address!)
    const after = JSON.parse(await agent.ask('backends', '--json')) as Backend[]
    expect(after).toEqual(expect.arrayContaining(before))
    expect(after.length).toBeGreaterThan(before.length)
  })

  test('a rolling update under load: no request fails', async () => {
    let old = await webPod(there, 'rolling-0', 'rolling')
    const [address] = await service('rolling')
    const agent = await agentHere()
    await untilAnswers(['rolling-0'], address!)
    const load = requests(here, address!)
    for (let round = 1; round <= 4; round++) {
      const next = await webPod(round % 2 === 0 ? there : here, `rolling-${round}`, 'rolling')
      await untilBackends(agent, address!, 2)
      await old.terminate()
      await untilBackends(agent, address!, 1)
      await old.remove()
      old = next
    }
    const { asked, failed, by } = await load.end()
    expect(failed).toBe(0)
    expect(asked).toBeGreaterThan(50)
    expect(by).toEqual(['rolling-0', 'rolling-1', 'rolling-2', 'rolling-3', 'rolling-4'])
  }, 90_000)

  test('the API server is away: services are served, and an agent that starts meanwhile leaves them as they are', async () => {
    await webPod(here, 'alone-1', 'alone')
    const [address] = await service('alone')
    const agent = await agentHere()
    await untilAnswers(['alone-1'], address!)
    await cluster.apiServer.stop()
    try {
      expect(await get(address!)).toBe('alone-1')
      await agent.end('SIGTERM')
      await agent.begin()
      expect(await get(address!)).toBe('alone-1')
    } finally {
      await cluster.apiServer.start()
    }
    await webPod(there, 'alone-2', 'alone')
    await untilAnswers(['alone-1', 'alone-2'], address!)
  }, 90_000)

  test('status, services and explain tell what is served', async () => {
    await webPod(here, 'told-1', 'told')
    const [address] = await service('told')
    const agent = await agentHere()
    await untilAnswers(['told-1'], address!)
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
  })
})
