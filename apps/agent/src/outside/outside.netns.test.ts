import { afterAll, afterEach, beforeAll, beforeEach, expect, test } from '@jest/globals'
import { clusterNeeds, type Machine, services } from '@skep/kube-testenv'
import { needing } from '@skep/testbed'
import { requests } from '../../test/requests.ts'
import { Site } from '../../test/site.ts'
import type { SkepAgent } from '../../test/skep-agent.ts'
import type { StatusDocument } from '../control/documents.ts'

const { describe } = needing(...clusterNeeds)

describe('packets from outside the node', () => {
  let site: Site
  let client: Machine
  let agent: SkepAgent
  let stack: AsyncDisposableStack
  const all = new AsyncDisposableStack()

  beforeAll(async () => {
    site = all.use(await Site.open())
    client = await site.cluster.machine('client')
    agent = await site.agent(all, '--kube-proxy-replacement=strict', '--bpf-lb-acceleration=best-effort')
  }, 120_000)

  afterAll(() => all.disposeAsync())

  beforeEach(() => {
    stack = new AsyncDisposableStack()
  })

  afterEach(() => stack.disposeAsync())

  const urlOf = (address: string, port: number, path = ''): string =>
    `http://${address.includes(':') ? `[${address}]` : address}:${port}/${path}`

  const get = (address: string, port: number): Promise<string> => client.exec('curl', '-sSm2', urlOf(address, port))

  /** Resolves when these have answered the client, each at least once. */
  async function untilAll(wanted: readonly string[], address: string, port: number): Promise<void> {
    const seen = new Set<string>()
    let trouble: unknown
    for (let tries = 0; tries < 60 && seen.size < wanted.length; tries++)
      await get(address, port).then(
        (name) => seen.add(name),
        (error: unknown) => (trouble = error),
      )
    if (seen.size < wanted.length)
      throw new Error(`only ${[...seen].join(', ') || 'nobody'} answered`, { cause: trouble })
    expect([...seen].toSorted()).toEqual(wanted)
  }

  const nodePortOf = async (name: string): Promise<number> => {
    const { spec } = await site.cluster.api.get(services, { name })
    return Number(spec!.ports![0]!['nodePort'])
  }

  test('NodePort: pods of this node and of another, by IPv4 and IPv6', async () => {
    await site.webPod(stack, site.here, 'porty-1')
    await site.webPod(stack, site.there, 'porty-2')
    await site.service(stack, 'porty', { type: 'NodePort' })
    const port = await nodePortOf('porty')
    for (const address of site.here.addresses) await untilAll(['porty-1', 'porty-2'], address, port)
  })

  test('externalTrafficPolicy: Local: pods of this node alone, and they see the client', async () => {
    await site.webPod(stack, site.here, 'close-1')
    await site.webPod(stack, site.there, 'close-2')
    await site.service(stack, 'close', { type: 'NodePort', externalTrafficPolicy: 'Local' })
    const port = await nodePortOf('close')
    for (const address of site.here.addresses) {
      await untilAll(['close-1'], address, port)
      const seen = await client.exec('curl', '-sSm5', '-w', ' %{local_ip}', urlOf(address, port, 'peer'))
      const [peer, , own] = seen.split(' ')
      expect(peer!.replace('::ffff:', '')).toBe(own)
    }
  })

  test('status shows devices, modes and counters', async () => {
    const { outside, problems } = JSON.parse(await agent.ask('status', '--json')) as StatusDocument
    expect(problems).toEqual([])
    expect(outside).toMatchObject({ mode: 'snat', algorithm: 'maglev', ports: '49152-65535' })
    expect(outside?.devices).toContainEqual(expect.objectContaining({ name: 'eth0', mode: 'native', attached: true }))
    expect(await agent.ask('status')).toMatch(/^eth0 +native /m)
  })
})
