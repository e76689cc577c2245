import { once } from 'node:events'
import { mkdirSync, rmdirSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { afterAll, afterEach, beforeAll, beforeEach, expect, jest, test } from '@jest/globals'
import { findCgroup1 } from '@skep/cgroup'
import { clusterNeeds, type Machine, services } from '@skep/kube-testenv'
import { needing, needs, tcpEcho, untilLine } from '@skep/testbed'
import { HeldSocket } from '../../test/held-socket.ts'
import { Site } from '../../test/site.ts'

const { describe } = needing(...clusterNeeds)
const cgroup1 = needs.feature('cgroup1', () => (findCgroup1() === undefined ? 'no cgroup v1 is mounted' : undefined))

// Each test starts agents, on a machine that may have ten times as much to do as it can.
jest.setTimeout(120_000)

describe('options, as a node notices them', () => {
  let site: Site
  let stack: AsyncDisposableStack
  const all = new AsyncDisposableStack()

  beforeAll(async () => {
    site = all.use(await Site.open())
    await site.webPod(all, site.there, 'web-1')
  }, 120_000)

  afterAll(() => all.disposeAsync(), 120_000)

  beforeEach(() => {
    stack = new AsyncDisposableStack()
  })

  afterEach(() => stack.disposeAsync(), 120_000)

  test.each([
    ['enable-ipv6', 0],
    ['enable-ipv4', 1],
  ])('--%s=false: the other family is served, and that one is not', async (option, served) => {
    const addresses = await site.service(stack, 'web', { ipFamilies: ['IPv4', 'IPv6'] })
    const agent = await site.agent(stack, `--${option}=false`)
    await site.untilAnswers(['web-1'], addresses[served]!)
    const other = addresses[1 - served]!
    await expect(site.get(other)).rejects.toThrow(/connect|timed out/i)
    const rows = await agent.ask('services')
    expect(rows).toContain(addresses[served])
    expect(rows).not.toContain(other)
  })

  test('cgroup-root: what is not the host’s root is refused with the reason', async () => {
    const agent = stack.use(site.makeAgent(site.there))
    const wrong = (root: string) => agent.refusal(`--cgroup-root=${root}`, '--cgroup-host-check=true')
    const [part, used] = [site.there.machine.cgroupPath!, dirname(import.meta.filename)]
    expect(await wrong(part)).toMatch(
      /^cgroup-root: [^]*a cgroup below the hierarchy’s root, not that root: sockets of other containers/,
    )
    expect(await wrong(used)).toMatch(/it would cover what is there[^]*is no cgroup v2/)
  })

  test('status tells of how many pods the sockets meet the programs, and which pods are outside of the cgroup', async () => {
    const two = [1, 2].map(async (i) => stack.use(await site.cluster.pod(site.there, { name: `runs-${i}` })))
    const [inside, outside] = await Promise.all(two)
    for (const { host } of [inside!, outside!]) {
      const child = host.spawn('sleep', ['1000'], { stdio: 'ignore' })
      const ended = once(child, 'exit')
      stack.defer(async () => {
        child.kill()
        await ended
      })
    }
    const narrow = await site.agentOn(site.there, stack, `--cgroup-root=${inside!.host.cgroupPath!}`)
    expect(await narrow.ask('status')).toMatch(/met by 1 of 2 pods/)
    expect(await narrow.ask('status')).toMatch(/^problem: default\/runs-2: its processes are outside of/m)
  })

  test('enable-auto-protect-node-port-range: no local socket is given a NodePort', async () => {
    await site.there.machine.exec('sysctl', '-qw', 'net.ipv4.ip_local_port_range=32000 33000')
    const agent = await site.agentOn(site.there, stack, '--kube-proxy-replacement=strict')
    const script = `import socket
sockets = [socket.socket(socket.AF_INET, socket.SOCK_DGRAM) for i in range(40)]
for s in sockets: s.connect(('${site.here.ip}', 9))
print(min(s.getsockname()[1] for s in sockets))`
    expect(Number(await site.there.machine.exec('python3', '-c', script))).toBeGreaterThan(32_767)
    await agent.end('SIGTERM')
    const [program, args] = agent.uninstall()
    await site.there.machine.exec(program, ...args)
    const reserved = await site.there.machine.exec('sysctl', '-n', 'net.ipv4.ip_local_reserved_ports')
    expect(reserved.trim()).toBe('')
  })

  test('whose sockets end with their backend: the host’s alone, TCP as well', async () => {
    const server = await site.echoPod(stack, site.there, 'both-1')
    stack.use(await tcpEcho(server.host, { port: 5353 }))
    const client = stack.use(await site.cluster.pod(site.here, { name: 'client-1' }))
    const ports = ['TCP', 'UDP'].map((protocol) => ({
      name: protocol.toLowerCase(),
      port: 80,
      targetPort: 5353,
      protocol,
    }))
    const [address] = await site.service(stack, 'both', { ports, ipFamilyPolicy: 'SingleStack' })
    const options = ['--bpf-lb-sock-terminate-pod-connections=false', '--lb-sock-terminate-all-protos=true']
    const agent = await site.agent(stack, ...options)
    await site.untilBackends(agent, address!, 1)
    const open = async (host: Machine, protocol: 'tcp' | 'udp') =>
      stack.use(await HeldSocket.open(host, { address: address!, port: 80, protocol }))
    const ours = [await open(site.here.machine, 'tcp'), await open(site.here.machine, 'udp')]
    const pods = await open(client.host, 'udp')
    await server.setReady(false)
    await site.cluster.api.patch(services, { name: 'both' }, { spec: { selector: { app: 'nobody' } } })
    for (const one of ours) expect(await one.failed()).toBe('ECONNABORTED')
    expect(await pods.ask()).toBe('ping')
  })

  describe('who is treated as the host: a node port is at their loopback, too', () => {
    const port = 30_080
    const nodePort = { type: 'NodePort', ports: [{ port: 80, nodePort: port }] }

    /** What a process gets there that has entered a cgroup v2, if one is named. */
    async function loopback(host: Machine, cgroup = host.cgroupPath!): Promise<string> {
      const enter = `echo 0 > ${cgroup}/cgroup.procs; exec curl -sSm5 http://127.0.0.1:${port}/`
      const { stdout, stderr } = await host.attempt('sh', ['-c', enter])
      return stdout || stderr
    }

    test('cgroups-as-host: containers by their cgroups, also those that come later', async () => {
      await site.service(stack, 'web', nodePort)
      await site.agent(stack, '--cgroups-as-host=default-chosen-*')
      await site.untilAnswers(['web-1'], '127.0.0.1', port)
      const chosen = stack.use(await site.cluster.pod(site.here, { name: 'chosen-1' }))
      const other = stack.use(await site.cluster.pod(site.here, { name: 'other-1' }))
      await site.until(async () => (await loopback(chosen.host)) === 'web-1')
      expect(await loopback(other.host)).toMatch(/refused|connect/i)
    })

    test('enable-mke: containers of Docker that are no pods', async () => {
      await site.service(stack, 'web', nodePort)
      await site.agent(stack, '--enable-mke=true')
      const pod = stack.use(await site.cluster.pod(site.here, { name: 'mke-1' }))
      const docker = join(site.here.machine.cgroupPath!, 'docker/0a')
      mkdirSync(docker, { recursive: true })
      await site.until(async () => (await loopback(pod.host, docker)) === 'web-1')
      expect(await loopback(pod.host)).toMatch(/refused|connect/i)
    })

    needing(...clusterNeeds, cgroup1).test(
      'mke-cgroup-mount: where only cgroups v1 tell containers apart',
      async () => {
        await site.service(stack, 'web', nodePort)
        const mount = join(findCgroup1()!, `skep-agent-${process.pid}`)
        const folders = ['docker/0a', 'docker', ''].map((name) => join(mount, name))
        mkdirSync(folders[0]!, { recursive: true })
        stack.defer(() => {
          for (const folder of folders) rmdirSync(folder)
        })
        const [inside, outside] = [
          stack.use(await site.cluster.pod(site.here, { name: 'inside-1' })),
          stack.use(await site.cluster.pod(site.here, { name: 'outside-1' })),
        ]
        const script = 'echo 0 > "$0/cgroup.procs"; echo in; exec sleep 1000'
        const kubelet = inside.host.spawn('sh', ['-c', script, folders[0]!], { stdio: ['ignore', 'pipe', 'inherit'] })
        const ended = once(kubelet, 'exit')
        stack.defer(async () => {
          kubelet.kill('SIGKILL')
          await ended
        })
        await untilLine(kubelet.stdout!, /in/)
        await site.agent(stack, '--enable-mke=true', `--mke-cgroup-mount=${mount}`)
        await site.until(async () => (await loopback(inside.host)) === 'web-1')
        expect(await loopback(outside.host)).toMatch(/refused|connect/i)
      },
    )
  })
})
