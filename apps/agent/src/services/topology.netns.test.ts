import { afterAll, afterEach, beforeAll, beforeEach, expect, test } from '@jest/globals'
import { clusterNeeds, endpointSlices, type kinds } from '@skep/kube-testenv'
import { needing } from '@skep/testbed'
import { HeldSocket } from '../../test/held-socket.ts'
import { Site } from '../../test/site.ts'
import type { SkepAgent } from '../../test/skep-agent.ts'

const { describe } = needing(...clusterNeeds)

/** Of each zone as many pods as it has processors: hints can be as even as they should be. */
const pods = { here: ['near-1', 'near-2'], beside: ['near-3', 'near-4'], there: ['near-5', 'near-6'] }
const [ofNode, ofZone] = [pods.here, [...pods.here, ...pods.beside]]
const annotation = 'service.kubernetes.io/topology-mode'

describe('hints that the control plane writes, for nodes in zones a (two) and b (one)', () => {
  let site: Site
  let agent: SkepAgent
  /** Of the pods, by their names. */
  const addresses = new Map<string, string>()
  let stack: AsyncDisposableStack
  const all = new AsyncDisposableStack()

  beforeAll(async () => {
    site = all.use(await Site.open())
    const beside = await site.cluster.node('beside', { zone: 'a' })
    const places = { here: site.here, beside, there: site.there }
    for (const [node, names] of Object.entries(pods))
      for (const name of names)
        addresses.set(name, (await site.webPod(all, places[node as keyof typeof places], name)).ip)
    agent = await site.agent(all, '--enable-service-topology=true')
  }, 120_000)

  afterAll(() => all.disposeAsync(), 120_000)

  beforeEach(() => {
    stack = new AsyncDisposableStack()
  })

  afterEach(() => stack.disposeAsync(), 120_000)

  /** A service of all pods. Returns its address. */
  async function near(name: string, spec: object, annotations: Readonly<Record<string, string>> = {}): Promise<string> {
    const selected = { selector: { app: 'near' }, ipFamilyPolicy: 'SingleStack', ...spec }
    const [address] = await site.service(stack, name, selected, annotations)
    return address!
  }

  /** Its endpoints when the control plane has written hints for all of them. */
  async function untilHinted(service: string): Promise<readonly kinds.Endpoint[]> {
    const ofService = { labelSelector: `kubernetes.io/service-name=${service}` }
    const endpoints = (slices: readonly kinds.EndpointSlice[]) => slices.flatMap((slice) => slice.endpoints ?? [])
    const found = await site.cluster.api.untilAll(endpointSlices, ofService, (slices) => {
      const some = endpoints(slices)
      return some.length === 6 && some.every(({ hints }) => hints?.forZones !== undefined)
    })
    return endpoints(found)
  }

  /** Pods that the slices have hints of, by their names. */
  async function hintedFor(service: string, zone: string): Promise<string[]> {
    const endpoints = await untilHinted(service)
    const hinted = endpoints.filter(({ hints }) => hints?.forZones?.some(({ name }) => name === zone))
    return hinted.map(({ targetRef }) => targetRef!.name!)
  }

  const statusIs = (service: string, wanted: RegExp) => site.untilStatus(agent, service, wanted)

  test.each([
    ['PreferSameZone', ofZone, '6 → 4 by zone a'],
    ['PreferClose', ofZone, '6 → 4 by zone a'],
    ['PreferSameNode', ofNode, '6 → 2 by node here'],
  ])('trafficDistribution: %s', async (trafficDistribution, wanted, status) => {
    const address = await near(trafficDistribution.toLowerCase(), { trafficDistribution })
    await untilHinted(trafficDistribution.toLowerCase())
    await site.untilAnswers(wanted, address)
    await statusIs(trafficDistribution.toLowerCase(), new RegExp(status))
  })

  test.each([annotation, 'service.kubernetes.io/topology-aware-hints'])('%s: Auto', async (key) => {
    const name = key.slice(key.lastIndexOf('/') + 1)
    const address = await near(name, {}, { [key]: 'Auto' })
    await untilHinted(name)
    await site.untilAnswers(ofZone, address)
    await statusIs(name, /6 → 4 by zone a/)
  })

  test('not together with internalTrafficPolicy: Local, which goes first', async () => {
    const address = await near('both', { trafficDistribution: 'PreferSameZone', internalTrafficPolicy: 'Local' })
    await untilHinted('both')
    await site.untilAnswers(ofNode, address)
    await statusIs('both', /Local/)
  })

  test('a node that comes to another zone filters anew; connections stay', async () => {
    const address = await near('moves', { trafficDistribution: 'PreferSameZone' })
    await untilHinted('moves')
    await site.untilAnswers(ofZone, address)
    const held = stack.use(await HeldSocket.open(site.here.machine, { address, port: 80, protocol: 'tcp' }))
    await site.here.label({ 'topology.kubernetes.io/zone': 'b' })
    try {
      await statusIs('moves', /6 → \d by zone b/)
      await site.untilAnswers(() => hintedFor('moves', 'b'), address)
      expect(await held.ask()).toBe(held.answered)
      await site.here.label({ 'topology.kubernetes.io/zone': null })
      await statusIs('moves', /6 of 6; hints ignored: node here has no label topology\.kubernetes\.io\/zone/)
      await site.untilAnswers(Object.values(pods).flat(), address)
      expect(await held.ask()).toBe(held.answered)
    } finally {
      await site.here.label({ 'topology.kubernetes.io/zone': 'a' })
    }
  }, 60_000)

  test('hints that the control plane takes back, and why: only one zone is left', async () => {
    const address = await near('alone', {}, { [annotation]: 'Auto' })
    await untilHinted('alone')
    await site.untilAnswers(ofZone, address)
    await site.there.label({ 'topology.kubernetes.io/zone': null })
    try {
      await statusIs('alone', /6 of 6; hints ignored: .*topology-mode Auto asks for hints, but no endpoint has any/)
      await site.untilAnswers(Object.values(pods).flat(), address)
    } finally {
      await site.there.label({ 'topology.kubernetes.io/zone': 'b' })
    }
  }, 60_000)

  describe('hints of slices that somebody else writes', () => {
    const hint = (...zones: string[]) => ({ forZones: zones.map((name) => ({ name })) })

    test.each([
      ['for each of them', [hint('a'), hint('b'), hint('b')], ['near-1'], /3 → 1 by zone a/],
      [
        'for all but one',
        [hint('a'), hint('b'), undefined],
        ['near-1', 'near-3', 'near-5'],
        /endpoint \S+ has no zone hint/,
      ],
      [
        'for another zone',
        [hint('c'), hint('b'), hint('b')],
        ['near-1', 'near-3', 'near-5'],
        /no endpoint is hinted for zone a/,
      ],
    ])('%s', async (_, hints, wanted, status) => {
      const address = await near('own', { selector: undefined })
      const endpoints = hints.map((each, i) => {
        return { addresses: [addresses.get(`near-${2 * i + 1}`)!], zone: 'a', ...(each && { hints: each }) }
      })
      const metadata = { name: 'own', labels: { 'kubernetes.io/service-name': 'own' } }
      const slice = { metadata, addressType: 'IPv4', ports: [{ port: 80, protocol: 'TCP' }], endpoints } as const
      await site.cluster.api.create(endpointSlices, slice)
      stack.defer(async () => void (await site.cluster.api.delete(endpointSlices, { name: 'own' })))
      await site.untilAnswers(wanted, address)
      await statusIs('own', status)
    })

    test('disabled by an annotation: they do not count', async () => {
      const address = await near('off', {}, { [annotation]: 'disabled' })
      await site.untilAnswers(Object.values(pods).flat(), address)
      await statusIs('off', /6 of 6$/m)
    })
  })
})
