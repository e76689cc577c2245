import { afterAll, afterEach, beforeAll, beforeEach, expect, test } from '@jest/globals'
import { clusterNeeds } from '@skep/kube-testenv'
import { needing, udpEcho } from '@skep/testbed'
import { HeldSocket } from '../../test/held-socket.ts'
import { OutsideClient } from '../../test/outside-client.ts'
import { requests } from '../../test/requests.ts'
import { Site } from '../../test/site.ts'
import type { SkepAgent } from '../../test/skep-agent.ts'
import type { StatusDocument } from '../control/documents.ts'

const { describe } = needing(...clusterNeeds)
const strict = '--kube-proxy-replacement=strict'
const xdp = '--bpf-lb-acceleration=native'

describe('packets from outside the node', () => {
  let site: Site
  let client: OutsideClient
  let agent: SkepAgent
  let stack: AsyncDisposableStack
  const all = new AsyncDisposableStack()

  beforeAll(async () => {
    site = all.use(await Site.open())
    client = await OutsideClient.of(site)
    agent = await site.agent(all, strict)
  }, 120_000)

  afterAll(() => all.disposeAsync())

  beforeEach(() => {
    stack = new AsyncDisposableStack()
  })

  afterEach(() => stack.disposeAsync())

  const status = async (): Promise<StatusDocument> => JSON.parse(await agent.ask('status', '--json')) as StatusDocument

  /** UDP: what is sent before the service is there gets no answer. */
  async function untilHeld(address: string, port: number): Promise<HeldSocket> {
    for (let tries = 0; tries < 60; tries++) {
      const { outside } = await status()
      if (outside && (await agent.ask('services')).includes(`:${port}/UDP`)) break
    }
    return HeldSocket.open(client.machine, { address, port, protocol: 'udp' })
  }

  async function reachNodePort(name: string): Promise<void> {
    await site.webPod(stack, site.here, `${name}-1`)
    await site.webPod(stack, site.there, `${name}-2`)
    await site.service(stack, name, { type: 'NodePort' })
    const port = await client.nodePortOf(name)
    for (const address of site.here.addresses) await client.untilAll([`${name}-1`, `${name}-2`], address, port)
  }

  async function reachLocal(name: string): Promise<void> {
    await site.webPod(stack, site.here, `${name}-1`)
    await site.webPod(stack, site.there, `${name}-2`)
    await site.service(stack, name, { type: 'NodePort', externalTrafficPolicy: 'Local' })
    const port = await client.nodePortOf(name)
    for (const address of site.here.addresses) {
      await client.untilAll([`${name}-1`], address, port)
      await client.expectSeen(address, port)
    }
  }

  /** An endpoint in the network of the node itself beside a pod of another node; and alone, where the policy is Local. */
  async function reachHost(name: string, externalIPs: readonly string[]): Promise<void> {
    await site.webPod(stack, site.here, `${name}-1`, { hostNetwork: true })
    await site.webPod(stack, site.there, `${name}-2`)
    await site.service(stack, name, { type: 'NodePort', externalIPs })
    const port = await client.nodePortOf(name)
    for (const address of site.here.addresses) await client.untilAll([`${name}-1`, `${name}-2`], address, port)
    for (const address of externalIPs) await client.untilAll([`${name}-1`, `${name}-2`], address, 80)
    const said = await agent.ask('explain', `${externalIPs[0]}:80`)
    expect(said).toMatch(/^TCP, from outside: translated \(snat\), maglev, default\/\w+ \(ExternalIP\)$/m)
    expect(said).toMatch(/^ {2}172\.\S+:80, which is this node, with \d+ of \d+ slots, sees the client$/m)
    const local = { type: 'NodePort', externalTrafficPolicy: 'Local', selector: { app: name } }
    await site.service(stack, `${name}-local`, local)
    const localPort = await client.nodePortOf(`${name}-local`)
    for (const address of site.here.addresses) {
      await client.untilAll([`${name}-1`], address, localPort)
      await client.expectSeen(address, localPort)
    }
    const { problems } = await status()
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
    await client.untilAll(['cloudy-1'], '192.0.2.31', 80)
    await expect(client.get('192.0.2.30')).rejects.toThrow(/timed out/)
    const { outside } = await status()
    expect(outside?.verdicts.map(({ verdict }) => verdict)).toContain('DROP_SOURCE_RANGE')
  })

  test('externalIPs, by IPv4 and IPv6', async () => {
    await site.webPod(stack, site.there, 'foreign-1')
    const externalIPs = ['192.0.2.40', '2001:db8::40']
    await site.service(stack, 'foreign', { externalIPs })
    for (const address of externalIPs) await client.untilAll(['foreign-1'], address, 80)
  })

  test('DSR: a pod of another node answers the client by itself, and sees it', async () => {
    await site.agentOn(site.there, stack, strict)
    await site.webPod(stack, site.there, 'direct-1')
    await site.service(stack, 'direct', { type: 'NodePort' }, { 'service.cilium.io/forwarding-mode': 'dsr' })
    const port = await client.nodePortOf('direct')
    for (const address of site.here.addresses) {
      await client.untilAll(['direct-1'], address, port)
      await client.expectSeen(address, port)
    }
  })

  test('kill -9 under load: no request fails, open connections go on, also when the next agent takes XDP in place of tc', async () => {
    await site.webPod(stack, site.here, 'lasting-1')
    await site.webPod(stack, site.there, 'lasting-2')
    await site.service(stack, 'lasting', { externalIPs: ['192.0.2.50'] })
    await client.untilAll(['lasting-1', 'lasting-2'], '192.0.2.50', 80)
    const load = requests(client, '192.0.2.50')
    const held = stack.use(await HeldSocket.open(client.machine, { address: '192.0.2.50', port: 80, protocol: 'tcp' }))
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
    const { outside, problems } = await status()
    expect(problems).toEqual([])
    expect(outside).toMatchObject({ mode: 'snat', algorithm: 'maglev', ports: '49152-65535' })
    const why = expect.stringContaining('it has a default route')
    expect(outside?.devices).toContainEqual({ name: 'eth0', mode: 'native', attached: true, why })
    expect(await agent.ask('status')).toMatch(/^eth0 +native /m)
    const said = await agent.ask('explain', '192.0.2.99:80')
    expect(said).toMatch(/^TCP, from outside: not served: no service has it from outside$/m)
    expect(said).toMatch(/^device eth0: native: .*it has a default route/m)
  })

  test('UDP, and hostPort of a pod', async () => {
    await site.echoPod(stack, site.there, 'echoing-1')
    await site.service(stack, 'echoing', { type: 'NodePort', ports: [{ port: 5353, protocol: 'UDP' }] })
    const port = await client.nodePortOf('echoing')
    const held = stack.use(await untilHeld(site.here.ip, port))
    expect(held.answered).toBe('ping')
    await site.webPod(stack, site.here, 'hostly-1', { ports: [{ containerPort: 80, hostPort: 8099 }] })
    for (const address of site.here.addresses) await client.untilAll(['hostly-1'], address, 8099)
  })

  test('what the policies say inside does not count outside, and the other way round', async () => {
    await site.webPod(stack, site.here, 'split-1')
    await site.webPod(stack, site.there, 'split-2')
    const [inside] = await site.service(stack, 'split', { type: 'NodePort', externalTrafficPolicy: 'Local' })
    const only = { type: 'NodePort', internalTrafficPolicy: 'Local', selector: { app: 'split' } }
    const [insideOnly] = await site.service(stack, 'split-inside', only)
    await client.untilAll(['split-1'], site.here.ip, await client.nodePortOf('split'))
    await site.untilAnswers(['split-1', 'split-2'], inside!)
    await client.untilAll(['split-1', 'split-2'], site.here.ip, await client.nodePortOf('split-inside'))
    await site.untilAnswers(['split-1'], insideOnly!)
  })

  test('SCTP is refused, and status says so', async () => {
    await site.service(stack, 'streamy', { type: 'NodePort', ports: [{ port: 80, protocol: 'SCTP' }] })
    const port = await client.nodePortOf('streamy')
    await site.until(async () => (await status()).problems.length > 0)
    expect((await status()).problems).toEqual([expect.stringMatching(/^default\/streamy: .*SCTP is not served/)])
    expect(await agent.ask('explain', `${site.here.ip}:${port}`)).toMatch(/^TCP, from outside: not served: no service/m)
  })

  test('a drain counts connections from outside', async () => {
    const leaving = await site.webPod(stack, site.there, 'leaving-1')
    await site.service(stack, 'leaving', { externalIPs: ['192.0.2.70'] })
    await client.untilAll(['leaving-1'], '192.0.2.70')
    const held = await HeldSocket.open(client.machine, { address: '192.0.2.70', port: 80, protocol: 'tcp' })
    stack.use(held)
    await site.webPod(stack, site.there, 'leaving-2')
    await leaving.terminate()
    await site.until(async () => (await status()).drains.some(({ openConnections }) => openConnections === 1))
    expect(await held.ask()).toBe('leaving-1')
  }, 90_000)

  test('hybrid: TCP is answered by the pod itself, UDP by way of the node; random; ranges for all types; ClusterIP', async () => {
    await agent.end('SIGTERM')
    const more = ['mode=hybrid', 'algorithm=random', 'external-clusterip=true', 'source-range-all-types=true']
    const options = more.map((one) => `--bpf-lb-${one}`)
    await agent.start(xdp, ...options)
    await site.agentOn(site.there, stack, strict, ...options)
    const pod = await site.webPod(stack, site.there, 'mixed-1')
    const echo = stack.use(await udpEcho(pod.host, { port: 5353 }))
    const [v4, v6] = await site.service(stack, 'mixed', {
      type: 'NodePort',
      ports: [
        { name: 'web', port: 80 },
        { name: 'echo', port: 5353, protocol: 'UDP' },
      ],
    })
    const port = await client.nodePortOf('mixed')
    await client.untilAll(['mixed-1'], site.here.ip, port)
    await client.expectSeen(site.here.ip, port)
    const udp = await client.nodePortOf('mixed', 'echo')
    stack.use(await HeldSocket.open(client.machine, { address: site.here.ip, port: udp, protocol: 'udp' }))
    expect(Object.keys((await echo.stats()).peers)).toEqual([site.here.ip])
    expect(await agent.ask('explain', `${site.here.ip}:${port}`)).toMatch(/^TCP, from outside: .*dsr, .*random/m)
    expect(await agent.ask('explain', `${site.here.ip}:${udp}`)).toMatch(
      /^UDP, from outside: translated \(snat\), random/m,
    )
    for (const address of [v4!, v6!]) {
      client.routeTo(`${address}/${address.includes(':') ? 128 : 32}`)
      await client.untilAll(['mixed-1'], address)
    }
  }, 90_000)

  test('at random: a port of a client has another backend at each address; by Maglev the same', async () => {
    await site.webPod(stack, site.here, 'chance-1')
    await site.webPod(stack, site.here, 'chance-2')
    const both = async (name: string, addresses: [string, string], algorithm: string) => {
      const spec = { externalIPs: addresses, selector: { app: 'chance' } }
      await site.service(stack, name, spec, { 'service.cilium.io/lb-algorithm': algorithm })
      for (const address of addresses) await client.untilAll(['chance-1', 'chance-2'], address)
      return client.agreeing(24, addresses)
    }
    expect(await both('maglev', ['192.0.2.82', '192.0.2.83'], 'maglev')).toBe(24)
    expect(await both('random', ['192.0.2.80', '192.0.2.81'], 'random')).toBeLessThan(24)
  }, 90_000)

  test('source ranges of a LoadBalancer count at its NodePort and external IPs, too; as a deny list, others are admitted', async () => {
    await site.webPod(stack, site.here, 'ranged-1')
    const spec = (range: string, externalIP: string) => ({
      type: 'LoadBalancer',
      selector: { app: 'ranged' },
      loadBalancerSourceRanges: [range],
      externalIPs: [externalIP],
    })
    const [mine, others] = ['172.30.0.0/24', '198.51.100.0/24']
    const deny = { 'service.cilium.io/src-ranges-policy': 'deny' }
    await site.service(stack, 'ranged', spec(mine, '192.0.2.90'))
    await site.service(stack, 'unranged', spec(others, '192.0.2.91'))
    await site.service(stack, 'denied', spec(mine, '192.0.2.92'), deny)
    await site.service(stack, 'undenied', spec(others, '192.0.2.93'), deny)
    const refused = async (address: string, port: number) =>
      expect(client.get(address, port)).rejects.toThrow(/timed out/)
    for (const [name, address] of [
      ['ranged', '192.0.2.90'],
      ['undenied', '192.0.2.93'],
    ] as const) {
      await client.untilAll(['ranged-1'], address)
      await client.untilAll(['ranged-1'], site.here.ip, await client.nodePortOf(name))
    }
    await refused('192.0.2.91', 80)
    await Promise.all([
      refused(site.here.ip, await client.nodePortOf('unranged')),
      refused('192.0.2.92', 80),
      refused(site.here.ip, await client.nodePortOf('denied')),
    ])
    expect(await agent.ask('explain', '192.0.2.92:80')).toContain(`no clients of ${mine}`)
    expect(await agent.ask('explain', '192.0.2.91:80')).toContain(`clients of ${others} alone`)
  }, 90_000)

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
