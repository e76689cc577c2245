import { afterAll, afterEach, beforeAll, beforeEach, expect, test } from '@jest/globals'
import { clusterNeeds, endpointSlices, events, type kinds, services } from '@skep/kube-testenv'
import { needing, tcpEcho } from '@skep/testbed'
import { Site } from '../../test/site.ts'
import type { SkepAgent } from '../../test/skep-agent.ts'

const { describe } = needing(...clusterNeeds)

describe('what users of services are told, as events of a real API server', () => {
  let site: Site
  let stack: AsyncDisposableStack
  let agent: SkepAgent
  const all = new AsyncDisposableStack()

  beforeAll(async () => {
    site = all.use(await Site.open())
    all.use(await tcpEcho(site.here.machine, { port: 32_123 }))
    agent = await site.agent(all, '--bpf-lb-map-max=1024', '--enable-service-topology=true')
  }, 120_000)

  afterAll(() => all.disposeAsync(), 120_000)

  beforeEach(() => {
    stack = new AsyncDisposableStack()
  })

  afterEach(() => stack.disposeAsync(), 120_000)

  /** By our agent; waits for the first. */
  async function told(service: string, reason: string): Promise<kinds.Event> {
    const selection = { namespace: 'default', fieldSelector: `involvedObject.name=${service},reason=${reason}` }
    const found = await site.cluster.api.untilAll(events, selection, (some) => some.length > 0)
    expect(found).toHaveLength(1)
    const { uid } = (await site.cluster.api.get(services, { name: service })).metadata
    expect(found[0]).toMatchObject({
      reportingComponent: 'skep.dev/agent',
      reportingInstance: 'here',
      involvedObject: { uid },
    })
    return found[0]!
  }

  test('annotations that are unknown or wrong', async () => {
    await site.service(stack, 'wrong', {}, { 'service.cilium.io/lb-algorithm': 'blue' })
    expect((await told('wrong', 'InvalidSetting')).message).toMatch(/"blue" is not used; write one of maglev, random/)
    await site.service(stack, 'unknown', {}, { 'service.cilium.io/lb-algoritm': 'maglev' })
    expect((await told('unknown', 'InvalidSetting')).message).toMatch(/is not known and has no effect; .*lb-algorithm/)
  })

  test('a protocol that nobody carries', async () => {
    await site.service(stack, 'calls', {
      ports: [
        { port: 80, name: 'web' },
        { port: 5060, name: 'sip', protocol: 'SCTP' },
      ],
    })
    const { message } = await told('calls', 'InvalidSetting')
    expect(message).toMatch(/spec\.ports\[1\]\.protocol: SCTP is not served, so that nobody answers at port 5060/)
  })

  test('an address that another service has', async () => {
    await site.service(stack, 'first', { externalIPs: ['192.0.2.77'] })
    await site.service(stack, 'second', { externalIPs: ['192.0.2.77'] })
    const { message } = await told('second', 'AddressTaken')
    expect(message).toMatch(/192\.0\.2\.77:80\/TCP: default\/first has it/)
  })

  test('a node port that a pod’s hostPort wants as well', async () => {
    await site.webPod(stack, site.here, 'hosted-1', { ports: [{ containerPort: 80, hostPort: 30_099 }] })
    await site.service(stack, 'hosted', { type: 'NodePort', ports: [{ port: 80, nodePort: 30_099 }] })
    const selection = { fieldSelector: 'involvedObject.kind=Pod,reason=AddressTaken' }
    const [event] = await site.cluster.api.untilAll(events, selection, (some) => some.length > 0)
    expect(event?.message).toMatch(
      /0\.0\.0\.0:30099\/TCP: default\/hosted has it: NodePort goes before HostPort|\[::\]:30099/,
    )
  })

  test('a health-check port that a process of the node has', async () => {
    await site.service(stack, 'checked', {
      type: 'LoadBalancer',
      externalTrafficPolicy: 'Local',
      healthCheckNodePort: 32_123,
    })
    expect((await told('checked', 'PortTaken')).message).toMatch(/on here: health-check port 32123: .*EADDRINUSE/)
  })

  test('hints that cannot count, with the node', async () => {
    const addresses = await site.service(stack, 'bare', { selector: undefined, trafficDistribution: 'PreferSameZone' })
    expect(addresses).toHaveLength(2)
    await slice('bare', 'bare-1', [{ addresses: ['10.9.0.1'], zone: 'a' }])
    expect((await told('bare', 'HintsIgnored')).message).toBe(
      'on here: trafficDistribution PreferSameZone asks for hints, but no endpoint has any',
    )
    await agent.end('SIGKILL')
    await agent.start()
    // The next agent says so as well: the event is counted up, and no other is written.
    const isCounted = ({ series }: kinds.Event): boolean => (series as { count?: number } | undefined)?.count === 2
    await site.until(async () => isCounted(await told('bare', 'HintsIgnored')))
  })

  test('no room for backends', async () => {
    await site.service(stack, 'large', { selector: undefined })
    for (let i = 0; i < 11; i++)
      await slice(
        'large',
        `large-${i}`,
        Array.from({ length: 100 }, (_, j) => ({ addresses: [`10.10.${i}.${j}`] })),
      )
    expect((await told('large', 'NoCapacity')).message).toMatch(
      /^on here: TCP 10\.96\.\S+ 80: default\/large: no room for its backends among 1024$/,
    )
  })

  async function slice(service: string, name: string, endpoints: readonly kinds.Endpoint[]): Promise<void> {
    await site.cluster.api.create(endpointSlices, {
      metadata: { name, labels: { 'kubernetes.io/service-name': service } },
      addressType: 'IPv4',
      ports: [{ port: 80, protocol: 'TCP' }],
      endpoints,
    })
    stack.defer(async () => void (await site.cluster.api.delete(endpointSlices, { name })))
  }
})
