import { expect, test } from '@jest/globals'
import { clusterNeeds, events, type kinds, namespaces, services } from '@skep/kube-testenv'
import { needing } from '@skep/testbed'
import { HeldSocket } from '../../test/held-socket.ts'
import { sharedSite } from '../../test/shared-site.ts'
import type { StatusDocument } from '../control/documents.ts'

const { describe } = needing(...clusterNeeds)
const udp = { ports: [{ port: 53, targetPort: 5353, protocol: 'UDP' }] }

describe('backends that leave a service, and sockets that have them', () => {
  const lab = sharedSite()

  const status = async (): Promise<StatusDocument> => JSON.parse(await lab.agent.says('/status')) as StatusDocument
  const drainOf = async (service: string) => (await status()).drains.find((one) => one.service === `default/${service}`)

  /** What users of a service are told. */
  function untilTold(service: string, reason: string): Promise<readonly kinds.Event[]> {
    const selection = { namespace: 'default', fieldSelector: `involvedObject.name=${service},reason=${reason}` }
    return lab.site.cluster.api.untilAll(events, selection, (found) => found.length > 0)
  }

  test('a connected UDP socket in a pod ends with its backend; one that talks to the pod itself does not', async () => {
    const server = await lab.site.echoPod(lab.stack, lab.site.there, 'gone-1')
    const client = lab.stack.use(await lab.site.cluster.pod(lab.site.here, { labels: { app: 'client' } }))
    const [address] = await lab.site.service(lab.stack, 'gone', udp)
    await lab.site.untilBackends(lab.agent, address!, 1, 53)
    const held = lab.stack.use(await HeldSocket.open(client.host, { address: address!, port: 53, protocol: 'udp' }))
    const direct = lab.stack.use(
      await HeldSocket.open(client.host, { address: server.ip, port: 5353, protocol: 'udp' }),
    )
    await server.setReady(false)
    await lab.site.untilBackends(lab.agent, address!, 0, 53)
    expect(await held.ask()).toBe('ping')
    await server.remove()
    expect(await held.failed()).toBe('ECONNABORTED')
    expect(direct.hasFailed).toBe(false)
  })

  test('a drain has a time, by the namespace or the service: it is counted, told, goes on over a restart, and ends TCP when it is over', async () => {
    await lab.site.webPod(lab.stack, lab.site.there, 'slow-1')
    const leaving = await lab.site.webPod(lab.stack, lab.site.there, 'slow-2')
    const drainTimeout = (text: string | null) => ({
      metadata: { annotations: { 'service.skep.dev/drain-timeout': text } },
    })
    const { api } = lab.site.cluster
    await api.patch(namespaces, { name: 'default' }, drainTimeout('10m'))
    const [address] = await lab.site.service(lab.stack, 'slow', { ipFamilyPolicy: 'SingleStack' })
    await lab.site.untilBackends(lab.agent, address!, 2)
    const held = await lab.site.holdEach(lab.stack, ['slow-1', 'slow-2'], address!)
    await leaving.terminate()
    await lab.site.untilBackends(lab.agent, address!, 1)
    const before = await drainOf('slow')
    expect(before).toMatchObject({ backend: `TCP ${leaving.ip}:80`, accepts: false, openConnections: 1 })
    expect(await untilTold('slow', 'DrainStarted')).toMatchObject([
      { type: 'Normal', message: expect.stringContaining(': 1 connection to wait for, 600 s at most') },
    ])
    expect(await lab.agent.ask('metrics')).toMatch(
      /^skep_agent_drain_open_connections\{service="default\/slow",backend="TCP [\d.]+:80"\} 1$/m,
    )
    await lab.agent.end('SIGKILL')
    await lab.agent.start()
    expect(await drainOf('slow')).toMatchObject({ since: before!.since, deadline: before!.deadline })
    expect(await held['slow-2']!.ask()).toBe('slow-2')
    // It drains for longer than that already; what a service says goes before what its namespace does.
    await api.patch(services, { name: 'slow' }, drainTimeout('1s'))
    expect(await held['slow-2']!.failed()).toBe('ECONNABORTED')
    expect(await held['slow-1']!.ask()).toBe('slow-1')
    expect(await untilTold('slow', 'DrainTimedOut')).toMatchObject([
      { type: 'Warning', message: expect.stringContaining('its drain timeout is over') },
    ])
    await api.patch(namespaces, { name: 'default' }, drainTimeout(null))
  }, 90_000)

  test('accept-while-draining: a pod that terminates and serves takes new connections, beside others', async () => {
    await lab.site.webPod(lab.stack, lab.site.there, 'warm-1')
    const leaving = await lab.site.webPod(lab.stack, lab.site.there, 'warm-2')
    const [address] = await lab.site.service(
      lab.stack,
      'warm',
      { ipFamilyPolicy: 'SingleStack' },
      { 'service.skep.dev/accept-while-draining': 'true' },
    )
    await lab.site.untilAnswers(['warm-1', 'warm-2'], address!)
    await leaving.terminate()
    await lab.site.until(async () => (await drainOf('warm'))?.accepts === true)
    await lab.site.untilAnswers(['warm-1', 'warm-2'], address!)
    await leaving.remove()
    await lab.site.untilAnswers(['warm-1'], address!)
  })
})
