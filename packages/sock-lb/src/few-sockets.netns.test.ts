import { afterAll, beforeAll, expect, test } from '@jest/globals'
import { needing, needs } from '@skep/testbed'
import { told } from '../test/errors.ts'
import { desired, frontend, Lab } from '../test/lab.ts'
import type { SocketLb } from './sock-lb.ts'

const services = ['10.96.0.1', 'fd00:96::1'] as const
const asked = [...services, '::ffff:10.96.0.1']

/** What every kernel must do first. Few processes: an emulated machine starts them slowly. */
needing(needs.root, needs.bpf).describe('a few sockets', () => {
  const undo = new AsyncDisposableStack()
  let lab: Lab
  let lb: SocketLb

  beforeAll(async () => {
    lab = undo.use(await Lab.make())
    lb = undo.use(lab.open({ hostNamespaceOnly: true }))
    const both = services.flatMap((address) => [frontend({ address }), frontend({ address, protocol: 'UDP' })])
    const nodePort = frontend({ address: '0.0.0.0', port: 30080, kind: 'NodePort', service: 'default/port' })
    const pod = { cgroup: lab.idOf(lab.net.pod.cgroupPath!), level: 3, treat: 'host' } as const
    lb.reconcile(desired([...both, nodePort], { subjects: [pod] }))
  })
  afterAll(() => undo.disposeAsync())

  test.each(asked)('%s: TCP, UDP, and connected UDP', async (address) => {
    expect((await lab.pod.tcp(address, 80)).peer).toBe(`${address} 80`)
    expect((await lab.pod.udp(address, 80, { times: 2 })).peer).toBe(`${address} 80`)
    expect((await lab.pod.udp(address, 80, { connected: true })).peer).toBe(`${address} 80`)
  })

  test('a NodePort from the node itself, which no socket takes away', async () => {
    expect((await lab.node.tcp('127.0.0.1', 30080)).peer).toBe('127.0.0.1 30080')
    const { error } = await lab.node.ask({ do: 'bind', address: '0.0.0.0', port: 30080, protocol: 'tcp' })
    expect(error).toBe(told('EADDRINUSE'))
    expect(lb.verdicts().REFUSE_BIND).toBeGreaterThan(0n)
  })
})
