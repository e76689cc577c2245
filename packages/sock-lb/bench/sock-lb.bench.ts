import { type ChildProcess, spawnSync } from 'node:child_process'
import { once } from 'node:events'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { createInterface, type Interface } from 'node:readline'
import { fileURLToPath } from 'node:url'
import { mountBpffs } from 'libbpf-ts'
import { type Host, ownName, topology, untilLine } from '@skep/testbed'
import { type SockFrontend, SocketLb, uninstallSocketLb } from '@skep/sock-lb'
import type { Bench, Report } from '../../../tools/bench/bench.ts'

const ROUNDS = 41
const CALLS = 300
const PORT = 7000
const SERVER = '10.0.0.11'
const SIZES = [10, 10_000] as const
/** All on one processor: a wake-up of another one costs twice what is measured. */
const ON_ONE = ['-c', '0'] as const

/**
 * What the hooks add to a connect, and to a datagram and its answer: without programs, past them (to no service), and to a
 * service of few and of many. All in one run, in turns; ratios are to the same call without programs.
 */
export default {
  group: 'control',
  async run(report) {
    await using stack = new AsyncDisposableStack()
    const folder = mkdtempSync(join(tmpdir(), 'skep-sock-bench-'))
    stack.defer(() => rmSync(folder, { recursive: true }))
    const calls = compiled(folder)
    await using net = await topology({
      hosts: { pod: { cgroup: 'seen/pod' }, free: { cgroup: 'free' }, server: {} },
      links: [{ ends: { pod: '10.0.0.2/24', free: '10.0.0.3/24', server: `${SERVER}/24` } }],
    })
    const server = net.server.spawn('taskset', [...ON_ONE, calls, 'serve', String(PORT)])
    await untilLine(server.stdout, /ready/)
    mountBpffs()
    const pins = `/sys/fs/bpf/${ownName('sock-bench')}`
    stack.defer(() => uninstallSocketLb(pins))
    const hostNetns = net.free.namespace.cookie
    const cgroup = dirname(net.pod.cgroupPath!)
    using lb = SocketLb.open({ pins, cgroup, hostNetns, hostNamespaceOnly: false, protectBind: true })
    using seen = new Caller(net.pod, calls)
    using bare = new Caller(net.free, calls)
    for (const kind of ['tcp', 'udp'] as const) await measure({ kind, lb, seen, bare }, report)
  },
} satisfies Bench

interface Rig {
  readonly kind: 'tcp' | 'udp'
  readonly lb: SocketLb
  readonly seen: Caller
  readonly bare: Caller
}

async function measure({ kind, lb, seen, bare }: Rig, report: Report): Promise<void> {
  const name = kind === 'tcp' ? 'connect' : 'datagram and answer'
  for (const services of SIZES) {
    lb.reconcile(desired(services, kind === 'tcp' ? 'TCP' : 'UDP'))
    const times = { none: [], past: [], service: [] } as Record<'none' | 'past' | 'service', number[]>
    for (let round = 0; round < ROUNDS; round++) {
      times.none.push(await bare.time(kind, SERVER, PORT))
      times.past.push(await seen.time(kind, SERVER, PORT))
      times.service.push(await seen.time(kind, addressOf(round % services), 80))
    }
    const none = median(times.none)
    for (const [which, samples] of Object.entries(times))
      report({
        name: `socket/${name}/${services} services/${which}`,
        ns: Math.round(median(samples)),
        ratio: median(samples) / none,
      })
  }
}

/** A process that makes the calls, in a host's namespace and cgroup. */
class Caller implements Disposable {
  readonly #child: ChildProcess
  readonly #lines: Interface
  readonly #ended: Promise<unknown[]>

  constructor(host: Host, calls: string) {
    this.#child = host.spawn('taskset', [...ON_ONE, calls], { stdio: ['pipe', 'pipe', 'inherit'] })
    this.#lines = createInterface({ input: this.#child.stdout! })
    this.#ended = once(this.#child, 'exit')
  }

  async time(kind: string, address: string, port: number): Promise<number> {
    const line = once(this.#lines, 'line') as Promise<[string]>
    this.#child.stdin!.write(`${kind} ${address} ${port} ${CALLS}\n`)
    const [answer] = await Promise.race([line, this.#ended])
    if (typeof answer === 'string') return Number(answer)
    throw new Error(`${kind} ${address} ${port}: the process that calls ended`)
  }

  [Symbol.dispose](): void {
    this.#child.kill()
  }
}

function compiled(folder: string): string {
  const program = join(folder, 'calls')
  const source = fileURLToPath(new URL('calls.c', import.meta.url))
  const { status, stderr } = spawnSync('cc', ['-O2', '-Wall', '-o', program, source], { encoding: 'utf8' })
  if (status === 0) return program
  throw new Error(`cc ${source}: ${stderr}`)
}

function addressOf(service: number): string {
  return `10.96.${service >> 8}.${service & 255}`
}

function desired(services: number, protocol: 'TCP' | 'UDP'): Parameters<SocketLb['reconcile']>[0] {
  const frontends = Array.from({ length: services }, (_, i): SockFrontend => ({
    address: addressOf(i),
    port: 80,
    protocol,
    scope: 'internal',
    kind: 'ClusterIP',
    service: `bench/${i}`,
    portName: '',
    members: [{ backend: 1, weight: 1 }],
    whenEmpty: 'reject',
  }))
  const backends = new Map([[1, { id: 1, address: SERVER, port: PORT, protocol }]])
  return { frontends, backends, nodeAddresses: ['10.0.0.3'] }
}

function median(values: readonly number[]): number {
  return values.toSorted((a, b) => a - b)[values.length >> 1]!
}
