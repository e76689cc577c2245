import { afterAll, beforeAll, expect, test } from '@jest/globals'
import { clusterNeeds, nodes, resource } from '@skep/kube-testenv'
import { needing, needs, udpEcho } from '@skep/testbed'
import { DeployedAgent } from '../test/deployed-agent.ts'
import { container, manifest } from '../test/manifest.ts'
import { Site } from '../test/site.ts'
import type { StatusDocument } from './control/documents.ts'

const { describe } = needing(...clusterNeeds, needs.bpf, needs.binary('unshare'), needs.binary('setpriv'))
const daemonSets = resource('apps/v1', 'DaemonSet', 'daemonsets', 'namespaced')

describe('the manifest of a cluster', () => {
  let site: Site
  let agent: DeployedAgent
  const all = new AsyncDisposableStack()

  beforeAll(async () => {
    site = all.use(await Site.open())
    agent = all.use(await DeployedAgent.on(site))
  }, 120_000)

  afterAll(() => all.disposeAsync())

  test('the API server takes every object and knows every field', async () => {
    for (const object of manifest()) await site.cluster.api.applyManifest(object, { dryRun: true })
    expect(manifest().map(({ kind }) => kind)).toEqual(['ConfigMap', 'DaemonSet'])
  })

  test('every node gets a pod, tainted ones and those that are not ready as well', async () => {
    const taint = { key: 'node-role.kubernetes.io/control-plane', effect: 'NoSchedule' }
    await site.cluster.api.patch(nodes, { name: 'there' }, { spec: { taints: [taint] } })
    await site.there.setReady(false)
    for (const object of manifest()) await site.cluster.api.applyManifest(object)
    await site.cluster.api.until(
      daemonSets,
      { name: 'skep-agent', namespace: 'kube-system' },
      ({ status }) => (status as { desiredNumberScheduled?: number } | undefined)?.desiredNumberScheduled === 2,
    )
  })

  test('with its capabilities and its token alone the agent serves, and a root that it may not write to', async () => {
    await using stack = new AsyncDisposableStack()
    await site.webPod(stack, site.there, 'least-1')
    const [address] = await site.service(stack, 'least')
    await agent.start()
    await site.untilAnswers(['least-1'], address!)
    expect(agent.capabilities()).toBe(container().securityContext.capabilities.add.length)
  })

  test('it answers the probes, and says by its socket that nothing is wrong', async () => {
    const { startupProbe, livenessProbe, readinessProbe } = container()
    for (const { httpGet } of [startupProbe, livenessProbe, readinessProbe]) {
      const url = `http://${httpGet.host}:${httpGet.port}${httpGet.path}`
      expect(await site.here.machine.exec('curl', '-sSw', ' %{http_code}', url)).toMatch(/^\{.*\} 200$/)
    }
    expect(await agent.ask('status')).toMatch(/skep-agent \S+: healthy/)
    expect(JSON.parse(await agent.ask('status', '--json'))).toMatchObject({ problems: [] })
  })

  test('it ends a pod’s socket whose backend is gone: another process, in another network namespace', async () => {
    await using stack = new AsyncDisposableStack()
    const server = await site.cluster.pod(site.there, { name: 'echo-1', labels: { app: 'ends' } })
    stack.use(await udpEcho(server.host, { port: 80 }))
    const [address] = await site.service(stack, 'ends', { ports: [{ port: 80, protocol: 'UDP' }] })
    await site.untilBackends(agent, address!, 1)
    const client = stack.use(await site.cluster.pod(site.here, { name: 'client-1' }))
    const script = `import socket, sys
s = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
s.connect(('${address}', 80))
s.send(b'ping'); s.recv(99)
print('connected', flush=True)
s.settimeout(20)
try:
    while True: s.recv(99)
except OSError as error: print(error.errno, flush=True)`
    const child = client.host.spawn('python3', ['-c', script], { stdio: ['ignore', 'pipe', 'inherit'] })
    const said: string[] = []
    for await (const chunk of child.stdout!.setEncoding('utf8')) {
      said.push(chunk as string)
      if (said.join('') === 'connected\n') await server.remove()
    }
    // ECONNABORTED: what ends a socket from outside says.
    expect(said.join('')).toBe('connected\n103\n')
  })

  test('bugtool packs what the agent says and has in the kernel, and nobody’s token', async () => {
    const files = await agent.bugtool()
    expect(Object.keys(files)).toEqual(
      expect.arrayContaining(['INDEX.txt', 'status.json', 'services.json', 'metrics.txt']),
    )
    expect(files['INDEX.txt']).not.toMatch(/^(?!bgp-config).*\.json: /m)
    const maps = JSON.parse(files['maps.json']!) as { name: string; entries?: number; maxEntries: number }[]
    const frontends = maps.find(({ name }) => name === 'sock_frontends')!
    expect(frontends.entries).toBeGreaterThan(0)
    expect(frontends.maxEntries).toBeGreaterThan(frontends.entries!)
    const links = JSON.parse(files['links.json']!) as { type: string; program: { name: string } }[]
    expect(links.map(({ program }) => program.name)).toEqual(expect.arrayContaining(['sock_connect4', 'sock_sendmsg6']))
    expect(Object.values(files).join('')).not.toContain(agent.token)
  })

  test('with strict in its ConfigMap, and nothing else changed, it serves packets from outside as well', async () => {
    await using stack = new AsyncDisposableStack()
    const client = await site.cluster.machine('client')
    await site.webPod(stack, site.there, 'outside-1')
    await site.service(stack, 'outside', { type: 'NodePort', ports: [{ port: 80, nodePort: 30080 }] })
    await agent.stop()
    agent.configure({ 'kube-proxy-replacement': 'strict' })
    await agent.start()
    for (const address of site.here.addresses) {
      const host = address.includes(':') ? `[${address}]` : address
      await site.until(
        async () => (await client.exec('curl', '-sSm2', `http://${host}:30080/`).catch(String)) === 'outside-1',
      )
    }
    const status = JSON.parse(await agent.ask('status', '--json')) as StatusDocument
    expect(status).toMatchObject({ problems: [], outside: { mode: 'snat' } })
    const setting = 'net/ipv4/conf/eth0/accept_local'
    expect(await agent.exec('cat', `/proc/sys/${setting}`)).toBe('1\n')
    await expect(agent.exec('sh', '-c', `echo 1 >/proc/sys/${setting}`)).rejects.toThrow('Read-only file system')
    expect(agent.capabilities()).toBe(container().securityContext.capabilities.add.length)
  })
})
