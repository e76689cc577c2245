import { afterAll, afterEach, beforeAll, beforeEach, expect, test } from '@jest/globals'
import { clusterNeeds, type Machine, services } from '@skep/kube-testenv'
import { needing } from '@skep/testbed'
import { HeldSocket } from '../../test/held-socket.ts'
import { requests } from '../../test/requests.ts'
import { Site } from '../../test/site.ts'
import type { SkepAgent } from '../../test/skep-agent.ts'
import type { StatusDocument } from '../control/documents.ts'

const { describe } = needing(...clusterNeeds)
const strict = '--kube-proxy-replacement=strict'
const xdp = '--bpf-lb-acceleration=native'

describe('packets from outside the node', () => {
  let site: Site
  let client: Machine
  let agent: SkepAgent
  let stack: AsyncDisposableStack
  const all = new AsyncDisposableStack()

  beforeAll(async () => {
    site = all.use(await Site.open())
    client = await site.cluster.machine('client')
    const [v4, v6] = site.here.addresses
    for (const [destination, via] of [
      ['192.0.2.0/24', v4],
      ['2001:db8::/64', v6],
    ] as const)
      client.netlink.route.add({ destination, via })
    agent = await site.agent(all, strict)
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

  async function expectClientSeen(address: string, port: number): Promise<void> {
    const said = await client.exec('curl', '-sSm5', '-w', ' %{local_ip}', urlOf(address, port, 'peer'))
    const [peer, , own] = said.split(' ')
    expect(peer!.replace('::ffff:', '')).toBe(own)
  }

  /** UDP: what is sent before the service is there gets no answer. */
  async function untilHeld(address: string, port: number): Promise<HeldSocket> {
    for (let tries = 0; tries < 60; tries++) {
      const { outside } = JSON.parse(await agent.ask('status', '--json')) as StatusDocument
      if (outside && (await agent.ask('services')).includes(`:${port}/UDP`)) break
    }
    return HeldSocket.open(client, { address, port, protocol: 'udp' })
  }

  const nodePortOf = async (name: string): Promise<number> => {
    const { spec } = await site.cluster.api.get(services, { name })
    return Number(spec!.ports![0]!['nodePort'])
  }

  async function reachNodePort(name: string): Promise<void> {
    await site.webPod(stack, site.here, `${name}-1`)
    await site.webPod(stack, site.there, `${name}-2`)
    await site.service(stack, name, { type: 'NodePort' })
    const port = await nodePortOf(name)
    for (const address of site.here.addresses) await untilAll([`${name}-1`, `${name}-2`], address, port)
  }

  async function reachLocal(name: string): Promise<void> {
    await site.webPod(stack, site.here, `${name}-1`)
    await site.webPod(stack, site.there, `${name}-2`)
    await site.service(stack, name, { type: 'NodePort', externalTrafficPolicy: 'Local' })
    const port = await nodePortOf(name)
    for (const address of site.here.addresses) {
      await untilAll([`${name}-1`], address, port)
      await expectClientSeen(address, port)
    }
  }

  /** An endpoint in the network of the node itself beside a pod of another node; and alone, where the policy is Local. */
  async function reachHost(name: string, externalIPs: readonly string[]): Promise<void> {
    await site.webPod(stack, site.here, `${name}-1`, { hostNetwork: true })
    await site.webPod(stack, site.there, `${name}-2`)
    await site.service(stack, name, { type: 'NodePort', externalIPs })
    const port = await nodePortOf(name)
    for (const address of site.here.addresses) await untilAll([`${name}-1`, `${name}-2`], address, port)
    for (const address of externalIPs) await untilAll([`${name}-1`, `${name}-2`], address, 80)
    const local = { type: 'NodePort', externalTrafficPolicy: 'Local', selector: { app: name } }
    await site.service(stack, `${name}-local`, local)
    const localPort = await nodePortOf(`${name}-local`)
    for (const address of site.here.addresses) {
      await untilAll([`${name}-1`], address, localPort)
      await expectClientSeen(address, localPort)
    }
    const { problems } = JSON.parse(await agent.ask('status', '--json')) as StatusDocument
    expect(problems).toEqual([])
  }

  test('NodePort, by tc: pods of this node and of another, by IPv4 and IPv6', () => reachNodePort('porty'))

  test('externalTrafficPolicy: Local, by tc: pods of this node alone, and they see the client', () =>
    reachLocal('close'))

  test('an endpoint of this node in the node’s network, by tc: NodePort, externalIPs, Local, by IPv4 and IPv6', () =>
    reachHost('housed', ['192.0.2.60', '2001:db8::60']))

  test('LoadBalancer: its address, for clients of its source ranges alone', async () => {
    await site.webPod(stack, site.there, 'cloudy-1')
    await site.service(stack, 'cloudy', { type: 'LoadBalancer', loadBalancerSourceRanges: ['198.51.100.0/24'] })
    await site.giveAddress('cloudy', '192.0.2.30')
    await site.service(stack, 'sunny', {
      type: 'LoadBalancer',
      selector: { app: 'cloudy' },
      loadBalancerSourceRanges: ['172.30.0.0/24'],
    })
    await site.giveAddress('sunny', '192.0.2.31')
    await untilAll(['cloudy-1'], '192.0.2.31', 80)
    await expect(get('192.0.2.30', 80)).rejects.toThrow(/timed out/)
    const { outside } = JSON.parse(await agent.ask('status', '--json')) as StatusDocument
    expect(outside?.verdicts.map(({ verdict }) => verdict)).toContain('DROP_SOURCE_RANGE')
  })

  test('externalIPs, by IPv4 and IPv6', async () => {
    await site.webPod(stack, site.there, 'foreign-1')
    const externalIPs = ['192.0.2.40', '2001:db8::40']
    await site.service(stack, 'foreign', { externalIPs })
    for (const address of externalIPs) await untilAll(['foreign-1'], address, 80)
  })

  test('DSR: a pod of another node answers the client by itself, and sees it', async () => {
    await site.agentOn(site.there, stack, strict)
    await site.webPod(stack, site.there, 'direct-1')
    await site.service(stack, 'direct', { type: 'NodePort' }, { 'service.cilium.io/forwarding-mode': 'dsr' })
    const port = await nodePortOf('direct')
    for (const address of site.here.addresses) {
      await untilAll(['direct-1'], address, port)
      await expectClientSeen(address, port)
    }
  })

  test('kill -9 under load: no request fails, open connections go on, also when the next agent takes XDP in place of tc', async () => {
    await site.webPod(stack, site.here, 'lasting-1')
    await site.webPod(stack, site.there, 'lasting-2')
    await site.service(stack, 'lasting', { externalIPs: ['192.0.2.50'] })
    await untilAll(['lasting-1', 'lasting-2'], '192.0.2.50', 80)
    const load = requests({ machine: client }, '192.0.2.50')
    const held = stack.use(await HeldSocket.open(client, { address: '192.0.2.50', port: 80, protocol: 'tcp' }))
    await agent.end('SIGKILL')
    expect(await held.ask()).toMatch(/lasting-/)
    await agent.start(xdp)
    expect(await held.ask()).toMatch(/lasting-/)
    const { asked, failed, by } = await load.end()
    expect({ failed, by }).toEqual({ failed: 0, by: ['lasting-1', 'lasting-2'] })
    expect(asked).toBeGreaterThan(50)
  }, 60_000)

  test('NodePort, by XDP', () => reachNodePort('ported'))

  test('externalTrafficPolicy: Local, by XDP', () => reachLocal('closed'))

  test('an endpoint of this node in the node’s network, by XDP', () =>
    reachHost('homely', ['192.0.2.61', '2001:db8::61']))

  test('status shows devices, modes and counters', async () => {
    const { outside, problems } = JSON.parse(await agent.ask('status', '--json')) as StatusDocument
    expect(problems).toEqual([])
    expect(outside).toMatchObject({ mode: 'snat', algorithm: 'maglev', ports: '49152-65535' })
    const why = expect.stringContaining('it has a default route')
    expect(outside?.devices).toContainEqual({ name: 'eth0', mode: 'native', attached: true, why })
    expect(await agent.ask('status')).toMatch(/^eth0 +native /m)
  })

  test('UDP, and hostPort of a pod', async () => {
    await site.echoPod(stack, site.there, 'echoing-1')
    await site.service(stack, 'echoing', { type: 'NodePort', ports: [{ port: 5353, protocol: 'UDP' }] })
    const port = await nodePortOf('echoing')
    const held = stack.use(await untilHeld(site.here.ip, port))
    expect(held.answered).toBe('ping')
    await site.webPod(stack, site.here, 'hostly-1', { ports: [{ containerPort: 80, hostPort: 8099 }] })
    for (const address of site.here.addresses) await untilAll(['hostly-1'], address, 8099)
  })

  test('a device that is not there: what stands against it is said, and sockets are served', async () => {
    await site.webPod(stack, site.there, 'spared-1')
    const [address] = await site.service(stack, 'spared')
    const other = await site.agentOn(site.there, stack, strict, '--devices=eht0')
    await expect(site.there.machine.exec('curl', '-sSm5', `http://${address}/`)).resolves.toBe('spared-1')
    const { problems } = JSON.parse(await other.ask('status', '--json')) as StatusDocument
    expect(problems).toEqual([expect.stringMatching(/devices.*"eht0": there is no such device/)])
  })

  test('uninstall takes all of it off, but not while an agent runs', async () => {
    const off = () => site.here.machine.attempt(...agent.uninstall())
    expect((await off()).stderr).toContain('belongs to process')
    await agent.end('SIGTERM')
    const { stdout } = await off()
    expect(stdout).toMatch(/^eth0: program taken off$/m)
    expect(stdout).toMatch(/^net\.ipv4\.ip_local_reserved_ports: 49152-65535 →/m)
    expect((await off()).stdout.trim()).toBe('nothing to take off')
  })
})
