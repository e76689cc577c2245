import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { fileURLToPath } from 'node:url'
import { afterAll, afterEach, beforeAll, expect, test } from '@jest/globals'
import { needing, needs, untilLine } from '@skep/testbed'
import { desired, frontend, Lab } from '../test/lab.ts'
import { type SocketLb, uninstallSocketLb } from './sock-lb.ts'

const control = fileURLToPath(new URL('../test/control-main.ts', import.meta.url))

needing(needs.root, needs.bpf).describe('when backends or the control plane go', () => {
  let lab: Lab
  let lb: SocketLb | undefined
  beforeAll(async () => void (lab = await Lab.make()))
  afterAll(() => lab[Symbol.asyncDispose]())
  afterEach(() => {
    lb?.[Symbol.dispose]()
    uninstallSocketLb(lab.pins)
  })

  const only = (address: string, backend: number, protocol: 'TCP' | 'UDP') =>
    frontend({ address, protocol, members: [{ backend, weight: 1 }] })
  const namespaces = () => [lab.net.node.namespace, lab.net.pod.namespace]

  test.each([
    ['IPv4', '10.96.0.1', '10.96.0.1', [1, 2]],
    ['IPv6', 'fd00:96::1', 'fd00:96::1', [3, 4]],
    ['IPv4 by an IPv6 socket', '10.96.0.1', '::ffff:10.96.0.1', [1, 2]],
  ] as const)(
    '%s: UDP sockets that are connected to a backend that goes are ended, others not',
    async (_, address, asked, [one, two]) => {
      lb = lab.open()
      lb.reconcile(desired([only(address, one, 'UDP')]))
      const first = await lab.pod.udp(asked, 80, { connected: true })
      const direct = await lab.pod.udp(lab.net.one.address(asked === address && address.includes(':') ? 6 : 4), 7, {
        connected: true,
      })
      lb.reconcile(desired([only(address, two, 'UDP')]))
      const second = await lab.pod.udp(asked, 80, { connected: true })
      expect([first.by, second.by, direct.by]).toEqual(['one', 'two', 'one'])
      const failed = lab.pod.fails(first.socket)
      expect(lb.endSockets({ namespaces: namespaces() })).toBe(1)
      expect(await failed).toBe('ECONNABORTED')
      expect(lb.endSockets({ namespaces: namespaces() })).toBe(0)
    },
  )

  test('TCP connections are ended only where that is asked for', async () => {
    lb = lab.open()
    lb.reconcile(desired([only('10.96.0.1', 1, 'TCP')]))
    const { socket } = await lab.pod.tcp('10.96.0.1', 80)
    lb.reconcile(desired([only('10.96.0.1', 2, 'TCP')]))
    expect(lb.endSockets({ namespaces: namespaces() })).toBe(0)
    expect(await lab.pod.again(socket)).toBe('again')
    const failed = lab.pod.fails(socket)
    expect(lb.endSockets({ namespaces: namespaces(), protocols: ['udp', 'tcp'] })).toBe(1)
    expect(await failed).toBe('ECONNABORTED')
  })

  test('a backend that drains keeps its sockets, of datagrams as well, and gets no new ones', async () => {
    lb = lab.open()
    lb.reconcile(desired([only('10.96.0.1', 1, 'UDP')]))
    const kept = await lab.pod.udp('10.96.0.1', 80, { connected: true })
    const draining = frontend({
      address: '10.96.0.1',
      protocol: 'UDP',
      members: [
        { backend: 1, weight: 0 },
        { backend: 2, weight: 1 },
      ],
    })
    expect(lb.reconcile(desired([draining])).endsSockets).toBe(false)
    expect(lb.endSockets({ namespaces: namespaces() })).toBe(0)
    expect(kept.by).toBe('one')
    for (let i = 0; i < 10; i++) expect((await lab.pod.udp('10.96.0.1', 80)).by).toBe('two')
  })

  test('a control plane that is killed leaves all in place, and the next one adopts it', async () => {
    const told = {
      options: { ...lab.options, hostNetns: String(lab.options.hostNetns) },
      frontends: [frontend({ address: '10.96.0.1' })],
    }
    const child = spawn(process.execPath, ['--conditions=@skep/source', control, JSON.stringify(told)], {
      stdio: ['ignore', 'pipe', 'inherit'],
    })
    expect(await untilLine(child.stdout, /^reconciled/)).toBe('reconciled []')
    const held = await lab.pod.tcp('10.96.0.1', 80)
    const gone = once(child, 'exit')
    child.kill('SIGKILL')
    await gone
    expect((await lab.pod.tcp('10.96.0.1', 80)).peer).toBe('10.96.0.1 80')
    lb = lab.open()
    expect(lb.verdicts().CONNECT_TO_BACKEND).toBe(2n)
    const same = lb.plan(desired([frontend({ address: '10.96.0.1' })]))
    expect({ ...same.gone, written: same.services.size + same.frontends.size + same.backends.size }).toEqual({
      frontends: [],
      services: [],
      backends: [],
      nodeAddresses: [],
      subjects: [],
      written: 0,
    })
    expect(await lab.pod.again(held.socket)).toBe('again')
    expect((await lab.pod.tcp('10.96.0.1', 80)).peer).toBe('10.96.0.1 80')
  })

  test('another cgroup is attached to before the first is let go', async () => {
    lb = lab.open()
    lb.reconcile(desired([frontend({ address: '10.96.0.1' })]))
    lb[Symbol.dispose]()
    lb = lab.open({ cgroup: lab.net.pod.cgroupPath! })
    expect((await lab.pod.tcp('10.96.0.1', 80)).peer).toBe('10.96.0.1 80')
    expect(await lab.node.tcp('10.96.0.1', 80)).toEqual({ error: expect.stringMatching(/UNREACH/) })
    expect(() => lab.open({ cgroup: '/nowhere' })).toThrow('cgroup /nowhere is not there')
  })
})
