import { afterAll, afterEach, beforeAll, describe, expect, test } from '@jest/globals'
import { needing, needs } from '@skep/testbed'
import { told } from '../test/errors.ts'
import { desired, frontend, Lab } from '../test/lab.ts'
import { detachAll } from './attach.ts'
import { type SocketLb, uninstallSocketLb } from './sock-lb.ts'

/** A service's address, as a socket of a family is given it and shows it. */
const families = [
  { name: 'IPv4', service: '10.96.0.1', asked: '10.96.0.1', node: '10.0.0.1' },
  { name: 'IPv6', service: 'fd00:96::1', asked: 'fd00:96::1', node: 'fd00::1' },
  { name: 'IPv4 by an IPv6 socket', service: '10.96.0.1', asked: '::ffff:10.96.0.1', node: '::ffff:10.0.0.1' },
] as const

needing(needs.root, needs.bpf).describe('sockets of a node and its pods', () => {
  let lab: Lab
  let lb: SocketLb | undefined
  beforeAll(async () => void (lab = await Lab.make()))
  afterAll(() => lab[Symbol.asyncDispose]())
  afterEach(() => {
    lb?.[Symbol.dispose]()
    uninstallSocketLb(lab.pins)
  })

  describe.each(families)('$name', ({ service, asked, node }) => {
    test('TCP connects to the backends, and names the service', async () => {
      lb = lab.open()
      lb.reconcile(desired([frontend({ address: service })]))
      const answered = new Set<string | undefined>()
      for (let i = 0; i < 20; i++) {
        const { by, peer } = await lab.pod.tcp(asked, 80)
        expect(peer).toBe(`${asked} 80`)
        answered.add(by)
      }
      expect(answered).toEqual(new Set(['one', 'two']))
      expect(lb.verdicts().CONNECT_TO_BACKEND).toBe(20n)
    })

    test('datagrams of a socket stay together, and answers carry the service’s address', async () => {
      lb = lab.open()
      lb.reconcile(desired([frontend({ address: service, protocol: 'UDP' })]))
      const { by, peer } = await lab.pod.udp(asked, 80, { times: 10 })
      expect(by).toMatch(/^(one|two)$/)
      expect(peer).toBe(`${asked} 80`)
      expect(lb.verdicts()).toMatchObject({ SEND_TO_BACKEND: 1n, SEND_TO_SAME: 9n, NAME_SERVICE: 10n })
    })

    test('a connected UDP socket names the service', async () => {
      lb = lab.open()
      lb.reconcile(desired([frontend({ address: service, protocol: 'UDP' })]))
      expect(await lab.pod.udp(asked, 80, { connected: true, times: 3 })).toMatchObject({
        by: expect.stringMatching(/^(one|two)$/),
        peer: `${asked} 80`,
      })
    })

    test('a NodePort is at every address of the node, to its pods as well; loopback is the node’s alone', async () => {
      lb = lab.open()
      const any = service.includes(':') ? '::' : '0.0.0.0'
      lb.reconcile(desired([frontend({ address: any, port: 30080, kind: 'NodePort' })]))
      const loopback = { '10.0.0.1': '127.0.0.1', 'fd00::1': '::1', '::ffff:10.0.0.1': '::ffff:127.0.0.1' }[node]
      expect(await lab.node.tcp(node, 30080)).toMatchObject({ peer: `${node} 30080` })
      expect(await lab.node.tcp(loopback, 30080)).toMatchObject({ peer: `${loopback} 30080` })
      expect(await lab.pod.tcp(node, 30080)).toMatchObject({ peer: `${node} 30080` })
      expect(await lab.pod.tcp(loopback, 30080)).toEqual({ error: 'ECONNREFUSED' })
      expect(await lab.node.tcp(node, 30081)).toEqual({ error: 'ECONNREFUSED' })
    })
  })

  test('a socket that talks to a backend itself, after the service, is answered by the backend', async () => {
    lb = lab.open()
    lb.reconcile(desired([frontend({ address: '10.96.0.1', protocol: 'UDP', members: [{ backend: 1, weight: 1 }] })]))
    const { socket = 0, peer } = await lab.pod.udp('10.96.0.1', 80)
    expect(peer).toBe('10.96.0.1 80')
    expect(await lab.pod.udp('10.0.0.11', 7, { socket })).toMatchObject({ by: 'one', peer: '10.0.0.11 7' })
    expect(await lab.pod.udp('10.96.0.1', 80, { socket })).toMatchObject({ by: 'one', peer: '10.96.0.1 80' })
  })

  test('a service without backends refuses; one whose policy has none here cannot be reached', async () => {
    lb = lab.open()
    lb.reconcile(
      desired([
        frontend({ address: '10.96.0.1', members: [] }),
        frontend({ address: '10.96.0.2', members: [], whenEmpty: 'drop', service: 'default/local' }),
      ]),
    )
    expect(await lab.pod.tcp('10.96.0.1', 80)).toEqual({ error: told('ECONNREFUSED') })
    expect(await lab.pod.tcp('10.96.0.2', 80)).toEqual({ error: told('EHOSTUNREACH') })
    expect(lb.verdicts()).toMatchObject({ REFUSE_NO_BACKEND: 1n, REFUSE_NO_LOCAL_BACKEND: 1n })
  })

  test('with affinity a namespace keeps its backend, whichever processes and sockets', async () => {
    lb = lab.open()
    lb.reconcile(desired([frontend({ address: '10.96.0.1', affinitySeconds: 100 })]))
    const first = await lab.pod.tcp('10.96.0.1', 80)
    for (let i = 0; i < 10; i++) expect((await lab.pod.tcp('10.96.0.1', 80)).by).toBe(first.by)
    const left = first.by === 'one' ? 2 : 1
    lb.reconcile(
      desired([frontend({ address: '10.96.0.1', affinitySeconds: 100, members: [{ backend: left, weight: 1 }] })]),
    )
    const second = await lab.pod.tcp('10.96.0.1', 80)
    expect(second.by).not.toBe(first.by)
    lb.reconcile(desired([frontend({ address: '10.96.0.1', affinitySeconds: 100 })]))
    for (let i = 0; i < 10; i++) expect((await lab.pod.tcp('10.96.0.1', 80)).by).toBe(second.by)
  })

  test('only the host’s sockets, where that is asked for; and whoever is treated as the host', async () => {
    lb = lab.open({ hostNamespaceOnly: true })
    const service = frontend({ address: '10.96.0.1' })
    lb.reconcile(desired([service]))
    // Nobody has the address: without translation the packet goes nowhere.
    expect(await lab.pod.tcp('10.96.0.1', 80)).toEqual({ error: expect.stringMatching(/ENETUNREACH|EHOSTUNREACH/) })
    expect((await lab.node.tcp('10.96.0.1', 80)).peer).toBe('10.96.0.1 80')
    expect(lb.verdicts().PASS_POD).toBe(1n)
    lb.reconcile(desired([service], { subjects: [{ netns: lab.cookies.pod, treat: 'host' }] }))
    expect((await lab.pod.tcp('10.96.0.1', 80)).peer).toBe('10.96.0.1 80')
    const [pod] = [{ cgroup: lab.idOf(lab.net.pod.cgroupPath!), level: 3, treat: 'host' }] as const
    lb.reconcile(desired([service], { subjects: [pod] }))
    expect((await lab.pod.tcp('10.96.0.1', 80)).peer).toBe('10.96.0.1 80')
  })

  test('a pod can be left alone, by its namespace or by a cgroup that it is in', async () => {
    lb = lab.open()
    const service = frontend({ address: '10.96.0.1' })
    for (const subject of [
      { netns: lab.cookies.pod, treat: 'leave' },
      { cgroup: lab.idOf(lab.net.pod.cgroupPath!), level: 3, treat: 'leave' },
    ] as const) {
      lb.reconcile(desired([service], { subjects: [subject] }))
      expect(await lab.pod.tcp('10.96.0.1', 80)).toEqual({ error: expect.stringMatching(/ENETUNREACH|EHOSTUNREACH/) })
      expect((await lab.node.tcp('10.96.0.1', 80)).peer).toBe('10.96.0.1 80')
    }
    expect(lb.verdicts().PASS_LEFT_ALONE).toBe(2n)
    lb.reconcile(desired([service]))
    expect((await lab.pod.tcp('10.96.0.1', 80)).peer).toBe('10.96.0.1 80')
  })

  test('the self-test tells whether sockets meet the programs', async () => {
    lb = lab.open()
    const start = (command: string, args: readonly string[]) => lab.net.node.spawn(command, args)
    expect(await lb.selfTest(start)).toMatchObject({ hit: true, reason: expect.stringContaining(told('ECONNREFUSED')) })
    detachAll(`${lab.pins}/sock/links`)
    expect(await lb.selfTest(start)).toMatchObject({ hit: false, reason: expect.stringContaining('did not see it') })
  })

  test.each(['tcp', 'udp'] as const)('no %s socket of the host takes a NodePort away', async (protocol) => {
    lb = lab.open()
    const upper = protocol === 'tcp' ? 'TCP' : 'UDP'
    lb.reconcile(desired([frontend({ address: '0.0.0.0', port: 30080, kind: 'NodePort', protocol: upper })]))
    for (const address of ['0.0.0.0', '127.0.0.1', '10.0.0.1', '::', '::ffff:10.0.0.1'])
      expect(await lab.node.ask({ do: 'bind', address, port: 30080, protocol })).toEqual({ error: told('EADDRINUSE') })
    expect(await lab.node.ask({ do: 'bind', address: '0.0.0.0', port: 30081, protocol })).toEqual({})
    expect(await lab.node.ask({ do: 'bind', address: '::1', port: 30080, protocol })).toEqual({})
    expect(await lab.pod.ask({ do: 'bind', address: '0.0.0.0', port: 30080, protocol })).toEqual({})
    expect(lb.verdicts().REFUSE_BIND).toBe(5n)
  })
})
