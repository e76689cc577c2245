import { readFileSync } from 'node:fs'
import { Agent, request, type RequestOptions } from 'node:http'
import { type Host, topology } from '@skep/testbed'
import type { Bench, BenchCase } from '../../../tools/bench/bench.ts'
import { quantile } from '../../../tools/bench/control/quantile.ts'
import { apiSocket } from '../test/api.ts'
import { SkepLb } from '../test/skep-lb.ts'

const BACKENDS = 1000
const WARM_UP_SECONDS = 2
const SECONDS = 5
/** Of the kernel's accounts: USER_HZ, the same on every machine that this runs on. */
const TICKS_PER_SECOND = 100

/**
 * Changes as operators and controllers make them: over the API of a running skep-lb, each answered when the tables have it.
 * A client drains a backend of a service of a thousand, waits for the answer, takes that back, and so on.
 */
export default {
  group: 'control',
  async run(report) {
    await using net = await topology({
      hosts: { lb: { forwarding: false }, client: {}, router: {} },
      links: [
        { ends: { client: ['10.0.0.2/24'], lb: { addresses: ['10.0.0.1/24'], passXdp: false } } },
        { ends: { router: ['10.1.0.2/24'], lb: { addresses: ['10.1.0.1/24'], passXdp: false } } },
      ],
    })
    net.lb.netlink.route.add({ destination: '172.16.0.0/12', via: '10.1.0.2' })
    for (const clients of [1, 64]) report(await measure(net.lb, clients))
  },
} satisfies Bench

async function measure(host: Host, clients: number): Promise<BenchCase> {
  await using lb = SkepLb.on(host)
  await lb.start(configText())
  const all = async (seconds: number): Promise<number[]> => {
    const until = performance.now() + 1000 * seconds
    const changes = Array.from({ length: clients }, (_, i) => change(apiSocket(lb), i, until))
    return (await Promise.all(changes)).flat()
  }
  await all(WARM_UP_SECONDS)
  const cpu = cpuSeconds(lb.child!.pid!)
  const start = performance.now()
  const times = await all(SECONDS)
  const seconds = (performance.now() - start) / 1000
  return {
    name: `control/api-changes/${BACKENDS}-backends/${clients}-clients`,
    perSecond: Math.round(times.length / seconds),
    p50Ms: quantile(times, 0.5),
    p99Ms: quantile(times, 0.99),
    cpuMs: (1000 * (cpuSeconds(lb.child!.pid!) - cpu)) / times.length,
    changes: times.length,
  }
}

/** What a process has worked so far. */
function cpuSeconds(pid: number): number {
  const [user = 0, system = 0] = readFileSync(`/proc/${pid}/stat`, 'utf8')
    .split(') ')[1]!
    .split(' ')
    .slice(11)
    .map(Number)
  return (user + system) / TICKS_PER_SECOND
}

/** Milliseconds until each answer. */
async function change(socketPath: string, backend: number, until: number): Promise<number[]> {
  const times: number[] = []
  const agent = new Agent({ keepAlive: true, maxSockets: 1 })
  const path = `/v1/services/web/backends/${encodeURIComponent(`${addressOf(backend)}:8080`)}/drain`
  while (performance.now() < until) {
    for (const method of ['PUT', 'DELETE']) {
      const start = performance.now()
      await asked({ socketPath, path, method, agent })
      times.push(performance.now() - start)
    }
  }
  agent.destroy()
  return times
}

function asked(options: RequestOptions): Promise<void> {
  return new Promise((resolve, reject) => {
    const sent = request(options, (response) => {
      response.resume().on('end', resolve)
      if (response.statusCode! >= 300) reject(new Error(`${options.method} ${options.path}: ${response.statusCode}`))
    })
    sent.on('error', reject).end()
  })
}

function addressOf(number: number): string {
  return `172.16.${number >>> 8}.${number & 255}`
}

function configText(): string {
  const backends = Array.from({ length: BACKENDS }, (_, i) => `        - { address: ${addressOf(i)}, port: 8080 }`)
  return `apiVersion: skep.dev/v1
kind: LoadBalancer
spec:
  devices: [eth0, eth1]
  services:
    - name: web
      frontends: [{ address: 192.0.2.10, port: 80 }]
      backends:
${backends.join('\n')}
`
}
