import { afterAll, afterEach, beforeAll, beforeEach, expect, test } from '@jest/globals'
import { clusterNeeds, events, type kinds, services } from '@skep/kube-testenv'
import { needing } from '@skep/testbed'
import { HeldSocket } from '../../test/held-socket.ts'
import { Site } from '../../test/site.ts'
import type { SkepAgent } from '../../test/skep-agent.ts'
import type { StatusDocument } from '../control/documents.ts'

const { describe } = needing(...clusterNeeds)
const udp = { ports: [{ port: 53, targetPort: 5353, protocol: 'UDP' }] }

describe('backends that leave a service, and sockets that have them', () => {
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

  const status = async (): Promise<StatusDocument> => JSON.parse(await agent.ask('status', '--json')) as StatusDocument
  const drainOf = async (service: string) => (await status()).drains.find((one) => one.service === `default/${service}`)

  /** What users of a service are told. */
  function untilTold(service: string, reason: string): Promise<readonly kinds.Event[]> {
    const selection = { namespace: 'default', fieldSelector: `involvedObject.name=${service},reason=${reason}` }
    return site.cluster.api.untilAll(events, selection, (found) => found.length > 0)
  }

  test('a connected UDP socket in a pod ends with its backend; one that talks to the pod itself does not', async () => {
    const server = await site.echoPod(stack, site.there, 'gone-1')
    const client = stack.use(await site.cluster.pod(site.here, { labels: { app: 'client' } }))
    const [address] = await site.service(stack, 'gone', udp)
    await site.untilBackends(agent, address!, 1, 53)
    const held = stack.use(await HeldSocket.open(client.host, { address: address!, port: 53, protocol: 'udp' }))
    const direct = stack.use(await HeldSocket.open(client.host, { address: server.ip, port: 5353, protocol: 'udp' }))
    await server.setReady(false)
    await site.untilBackends(agent, address!, 0, 53)
    expect(await held.ask()).toBe('ping')
    await server.remove()
    expect(await held.failed()).toBe('ECONNABORTED')
    expect(direct.hasFailed).toBe(false)
  })

  test('a drain has a time: it is counted, told, goes on over a restart, and ends TCP when it is over', async () => {
    await site.webPod(stack, site.there, 'slow-1')
    const leaving = await site.webPod(stack, site.there, 'slow-2')
    const drainTimeout = (text: string) => ({ 'service.skep.dev/drain-timeout': text })
    const [address] = await site.service(stack, 'slow', { ipFamilyPolicy: 'SingleStack' }, drainTimeout('10m'))
    await site.untilBackends(agent, address!, 2)
    const held = await site.holdEach(stack, ['slow-1', 'slow-2'], address!)
    await leaving.terminate()
    await site.untilBackends(agent, address!, 1)
    const before = await drainOf('slow')
    expect(before).toMatchObject({ backend: `TCP ${leaving.ip}:80`, accepts: false, openConnections: 1 })
    expect(await untilTold('slow', 'DrainStarted')).toMatchObject([
      { type: 'Normal', message: expect.stringContaining(': 1 connection to wait for, 600 s at most') },
    ])
    expect(await agent.ask('metrics')).toMatch(
      /^skep_agent_drain_open_connections\{service="default\/slow",backend="TCP [\d.]+:80"\} 1$/m,
    )
    await agent.end('SIGKILL')
    await agent.start()
    expect(await drainOf('slow')).toMatchObject({ since: before!.since, deadline: before!.deadline })
    expect(await held['slow-2']!.ask()).toBe('slow-2')
    // It drains for longer than that already.
    const metadata = { annotations: drainTimeout('1s') }
    await site.cluster.api.patch(services, { name: 'slow' }, { metadata })
    expect(await held['slow-2']!.failed()).toBe('ECONNABORTED')
    expect(await held['slow-1']!.ask()).toBe('slow-1')
    expect(await untilTold('slow', 'DrainTimedOut')).toMatchObject([
      { type: 'Warning', message: expect.stringContaining('its drain timeout is over') },
    ])
  }, 90_000)

  test('accept-while-draining: a pod that terminates and serves takes new connections, beside others', async () => {
    await site.webPod(stack, site.there, 'warm-1')
    const leaving = await site.webPod(stack, site.there, 'warm-2')
    const [address] = await site.service(
      stack,
      'warm',
      { ipFamilyPolicy: 'SingleStack' },
      { 'service.skep.dev/accept-while-draining': 'true' },
    )
    await site.untilAnswers(['warm-1', 'warm-2'], address!)
    await leaving.terminate()
    await site.until(async () => (await drainOf('warm'))?.accepts === true)
    await site.untilAnswers(['warm-1', 'warm-2'], address!)
    await leaving.remove()
    await site.untilAnswers(['warm-1'], address!)
  })
})
