import { afterAll, afterEach, beforeAll, beforeEach, expect, test } from '@jest/globals'
import {
  clusterNeeds,
  deployments,
  type kinds,
  type Machine,
  nodes,
  type Pod,
  pods,
  services,
} from '@skep/kube-testenv'
import { httpServer, needing } from '@skep/testbed'
import { HeldSocket } from '../../test/held-socket.ts'
import { type Outcome, requests } from '../../test/requests.ts'
import { Site } from '../../test/site.ts'
import type { SkepAgent } from '../../test/skep-agent.ts'
import { SERVICES_AT } from '../pods/choice.ts'

const { describe } = needing(...clusterNeeds)

/** Where requests come from, each served by another program. */
const names = ['the node', 'a pod', 'a pod at its device', 'outside'] as const
type Asker = (typeof names)[number]

describe('under load: from the node, from pods at their sockets and devices, from outside', () => {
  let site: Site
  let agent: SkepAgent
  let askers: Readonly<Record<Asker, Machine>>
  let stack: AsyncDisposableStack
  const all = new AsyncDisposableStack()

  beforeAll(async () => {
    site = all.use(await Site.open())
    const client = await site.cluster.machine('client')
    client.netlink.route.add({ destination: '192.0.2.0/24', via: site.here.ip })
    const options = [
      '--k8s-retry-max-seconds=1',
      '--enable-service-topology=true',
      '--kube-proxy-replacement-healthz-bind-address=0.0.0.0:10256',
    ]
    agent = await site.agent(all, '--kube-proxy-replacement=strict', ...options)
    const pod = all.use(await site.cluster.pod(site.here, { name: 'asks' }))
    const annotations = { [SERVICES_AT]: 'device' }
    const meshed = all.use(await site.cluster.pod(site.here, { name: 'meshed', annotations }))
    await site.untilStatus(agent, 'default/meshed', new RegExp(`at ${meshed.device}`))
    askers = { 'the node': site.here.machine, 'a pod': pod.host, 'a pod at its device': meshed.host, outside: client }
  }, 240_000)

  afterAll(() => all.disposeAsync(), 120_000)

  beforeEach(() => {
    stack = new AsyncDisposableStack()
  })

  afterEach(() => stack.disposeAsync(), 120_000)

  /** A service with an address for everybody. Returns which one each asks. */
  async function serve(name: string, externalIP: string): Promise<(asker: Asker) => string> {
    const spec = { ipFamilyPolicy: 'SingleStack', externalIPs: [externalIP] }
    const [clusterIP] = await site.service(stack, name, spec)
    return (asker) => (asker === 'outside' ? externalIP : clusterIP!)
  }

  const eachAsker = <T>(work: (asker: Asker) => Promise<T>): Promise<T[]> => Promise.all(names.map(work))

  /** Everybody asks, until this has been done. What came of it, by who asked. */
  async function asking(
    addressFor: (asker: Asker) => string,
    work: (answeredBy: (name: string) => Promise<unknown>) => Promise<void>,
  ): Promise<[Asker, Outcome][]> {
    await eachAsker(async (asker) => {
      const asked = ['-sSfm2', `http://${addressFor(asker)}/`]
      await site.until(async () => (await askers[asker].attempt('curl', asked)).code === 0, `${asker} is not answered`)
    })
    const loads = await eachAsker(async (asker) => requests({ machine: askers[asker] }, addressFor(asker), 20))
    stack.defer(async () => void (await Promise.all(loads.map((load) => load.end()))))
    await work((name) => Promise.all(loads.map((load) => load.answeredBy(name))))
    return eachAsker(async (asker) => [asker, await loads[names.indexOf(asker)]!.end()])
  }

  test('a rolling update of a deployment: no request fails', async () => {
    const addressFor = await serve('rolled', '192.0.2.70')
    stack.use(
      await site.cluster.kubelets([site.here, site.there], {
        run: (pod, { metadata }) => httpServer(pod.host, { name: metadata.labels!['version']! }),
        terminating: untilLeft,
      }),
    )
    stack.defer(async () => {
      await site.cluster.api.delete(deployments, { name: 'rolled' })
      await site.cluster.api.untilAll(pods, { labelSelector: 'app=rolled' }, (left) => left.length === 0)
    })
    await roll('1')
    const outcomes = await asking(addressFor, async (answeredBy) => {
      await answeredBy('1')
      for (const version of ['2', '3']) {
        await roll(version)
        await answeredBy(version)
      }
    })
    expectNoneFailed(outcomes, ['1', '2', '3'])
  }, 240_000)

  /** What a `preStop` hook is for: a pod serves until nobody sends it new connections. */
  async function untilLeft({ ip }: Pod): Promise<void> {
    await site.until(async () => {
      const backends = JSON.parse(await agent.says('/backends')) as { address: string; state: string }[]
      return !backends.some(({ address, state }) => address === ip && state !== 'terminating')
    })
  }

  /** Resolves when the deployment has pods of this version, and no others. */
  async function roll(version: string): Promise<void> {
    await site.cluster.api.apply(deployments, deployment('rolled', version))
    await site.cluster.api.untilAll(pods, { labelSelector: 'app=rolled' }, (found) => {
      const isReady = ({ status }: kinds.Pod) =>
        status?.conditions?.some(({ type, status: is }) => type === 'Ready' && is === 'True')
      return found.length === 3 && found.every((pod) => pod.metadata.labels?.['version'] === version && isReady(pod))
    })
  }

  test('the last endpoint of a node with externalTrafficPolicy: Local terminates: load balancers are told, and it serves to its end', async () => {
    const last = await site.webPod(stack, site.here, 'edge-1')
    await site.webPod(stack, site.there, 'edge-2')
    await site.service(stack, 'edge', { type: 'LoadBalancer', externalTrafficPolicy: 'Local' })
    await site.giveAddress('edge', '192.0.2.72')
    const { spec } = await site.cluster.api.get(services, { name: 'edge' })
    const check = () => answerOf(`${site.here.ip}:${String(spec!['healthCheckNodePort'])}`)
    await site.until(async () => (await check()).startsWith('200'))
    expect(await check()).toMatch(/"localEndpoints": ?1/)
    const load = requests({ machine: askers.outside }, '192.0.2.72', 20)
    await load.answeredBy('edge-1')
    const held = stack.use(await HeldSocket.open(askers.outside, { address: '192.0.2.72', port: 80, protocol: 'tcp' }))
    await last.terminate()
    await site.until(async () => (await check()).startsWith('503'))
    expect(await answerOf('192.0.2.72:80')).toBe('200 edge-1')
    expect(await held.ask()).toBe('edge-1')
    expect(await load.end()).toMatchObject({ failed: 0, by: ['edge-1'] })
  })

  test('trafficDistribution, for clients outside as well: endpoints of the node’s zone', async () => {
    await site.webPod(stack, site.here, 'zoned-1')
    await site.webPod(stack, site.there, 'zoned-2')
    const spec = { trafficDistribution: 'PreferSameZone', externalIPs: ['192.0.2.73'], ipFamilyPolicy: 'SingleStack' }
    await site.service(stack, 'zoned', spec)
    await site.untilStatus(agent, 'zoned', /2 → 1 by zone a/)
    await site.until(async () => (await answerOf('192.0.2.73:80')) === '200 zoned-1')
    for (let i = 0; i < 10; i++) expect(await answerOf('192.0.2.73:80')).toBe('200 zoned-1')
  })

  test('as kube-proxy says it: a node that is about to go takes no new clients, and the agent is well', async () => {
    const check = () => answerOf(`${site.here.ip}:10256/healthz`)
    expect(await check()).toMatch(/^200/)
    const taint = { key: 'ToBeDeletedByClusterAutoscaler', effect: 'NoSchedule' }
    await site.cluster.api.patch(nodes, { name: 'here' }, { spec: { taints: [taint] } })
    await site.until(async () => (await check()).startsWith('503'))
    expect(await answerOf(`${site.here.ip}:10256/livez`)).toMatch(/^200/)
    await site.cluster.api.patch(nodes, { name: 'here' }, { spec: { taints: [] } })
    await site.until(async () => (await check()).startsWith('200'))
  })

  test('the API server is away: agents are killed, end and start, and nobody notices', async () => {
    await site.webPod(stack, site.here, 'alone-1')
    await site.webPod(stack, site.there, 'alone-2')
    const addressFor = await serve('alone', '192.0.2.71')
    const outcomes = await asking(addressFor, async (answeredBy) => {
      for (const name of ['alone-1', 'alone-2']) await answeredBy(name)
      const held = await eachAsker(async (asker) =>
        stack.use(await HeldSocket.open(askers[asker], { address: addressFor(asker), port: 80, protocol: 'tcp' })),
      )
      await site.cluster.apiServer.kill()
      try {
        for (const signal of ['SIGKILL', 'SIGTERM'] as const) {
          await agent.end(signal)
          for (const one of held) expect(await one.ask()).toBe(one.answered)
          await agent.begin()
          for (const one of held) expect(await one.ask()).toBe(one.answered)
        }
      } finally {
        await site.cluster.apiServer.start()
      }
    })
    expectNoneFailed(outcomes, ['alone-1', 'alone-2'])
    // Controllers take their time to come back, agents do not.
    const more = { spec: { externalIPs: ['192.0.2.71', '192.0.2.74'] } }
    await site.cluster.api.patch(services, { name: 'alone' }, more)
    await site.untilAnswers(['alone-1', 'alone-2'], '192.0.2.74')
  }, 240_000)

  /** Status and body, for a client outside. */
  const answerOf = async (url: string): Promise<string> => {
    const { stdout } = await askers.outside.attempt('curl', ['-sm5', '-w', ' %{http_code}', `http://${url}`])
    const [, body, code] = /^([^]*) (\d+)$/.exec(stdout)!
    return `${code} ${body}`
  }
})

function expectNoneFailed(outcomes: readonly [Asker, Outcome][], wanted: readonly string[]): void {
  expect(outcomes.map(([asker, { failed, by }]) => ({ asker, failed, by }))).toEqual(
    names.map((asker) => ({ asker, failed: 0, by: wanted })),
  )
  for (const [, { asked }] of outcomes) expect(asked).toBeGreaterThan(50)
}

function deployment(name: string, version: string): kinds.Deployment {
  const labels = { app: name, version }
  const template = { metadata: { labels }, spec: { containers: [{ name: 'main', image: 'none' }] } }
  return { metadata: { name }, spec: { replicas: 3, selector: { matchLabels: { app: name } }, template } }
}
