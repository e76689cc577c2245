import { spawnSync } from 'node:child_process'
import { expect, test } from '@jest/globals'
import { needing, needs } from '@skep/testbed'
import type { BackendHealthStatus, MemberStatus, ServiceStatus, Status } from '../status/status.ts'
import { Metrics } from './metrics.ts'

function member(id: number, packets: number, more: Partial<MemberStatus> = {}): MemberStatus {
  return {
    id,
    backend: `10.1.0.${id}:80`,
    source: '10.1.0.1',
    draining: false,
    flows: 0,
    slots: 1,
    share: 0.1,
    packets,
    bytes: 60 * packets,
    ...more,
  }
}

function service(id: number, members: readonly MemberStatus[]): ServiceStatus {
  const sum = (key: 'packets' | 'bytes') => members.reduce((all, one) => all + one[key], 0)
  const traffic = { packets: sum('packets'), bytes: sum('bytes') }
  const way = {
    mode: 'snat',
    algorithm: 'maglev',
    affinity: false,
    slots: 1024,
    moving: 0,
    records: 0,
    ranges: null,
    rateLimit: null,
  } as const
  return { id, name: `s${id}`, frontend: `192.0.2.${id}:80/TCP`, ...way, ...traffic, members }
}

function status(services: readonly ServiceStatus[], more: Partial<Status> = {}): Status {
  return {
    instance: 'edge',
    process: { pid: 7, since: '2026-01-01T00:00:00.000Z', config: '/etc/skep/edge.yaml', alive: true },
    program: { id: 3, tag: 'aa', runs: 10, runTimeNs: 2_000, nsPerPacket: 200 },
    devices: [{ name: 'eth0', mode: 'native', attached: true }],
    services,
    ejections: [],
    health: null,
    announce: null,
    verdicts: [{ verdict: 'DROP_TTL', action: 'DROP', description: 'TTL used up', packets: 5, bytes: 300 }],
    connections: { opening: 0, established: 7, closing: 1, closed: 12 },
    gauges: [
      {
        name: 'NAT ports towards the busiest backend',
        used: 9,
        size: 10,
        percent: 90,
        warning: true,
        setting: 'spec.snat.portRange',
      },
    ],
    sources: ['10.1.0.1'],
    nextHops: [],
    kernel: { release: '6.12', lacks: [] },
    ...more,
  }
}

/** A scraped instance whose status can be changed between scrapes. */
class Scraped {
  readonly metrics: Metrics
  now: Status

  constructor(first: Status, budget: number) {
    this.now = first
    this.metrics = new Metrics(() => Promise.resolve(this.now), budget)
  }

  async lines(): Promise<string[]> {
    return (await this.metrics.text()).split('\n').filter((line) => line !== '' && !line.startsWith('#'))
  }

  async value(series: string): Promise<number | undefined> {
    const line = (await this.lines()).find((one) => one.startsWith(`${series} `))
    return line === undefined ? undefined : Number(line.slice(series.length + 1))
  }
}

const many = (services: number, backends: number, packets: (s: number, b: number) => number) =>
  Array.from({ length: services }, (_, s) =>
    service(
      s + 1,
      Array.from({ length: backends }, (_unused, b) => member(b + 1, packets(s, b))),
    ),
  )

test('what stands in the tables stands in the text', async () => {
  const lines = await new Scraped(status([service(1, [member(1, 100)])]), 10_000).lines()
  const own = '{service="s1",frontend="192.0.2.1:80/TCP"'
  expect(lines).toEqual(
    expect.arrayContaining([
      'skep_lb_packets_total{verdict="DROP_TTL",action="DROP"} 5',
      'skep_lb_connections{state="established"} 7',
      'skep_lb_capacity_used{table="nat_ports_towards_the_busiest_backend"} 9',
      'skep_lb_capacity_limit{table="nat_ports_towards_the_busiest_backend"} 10',
      'skep_lb_capacity_warning{table="nat_ports_towards_the_busiest_backend"} 1',
      'skep_lb_device_attached{device="eth0",mode="native"} 1',
      'skep_lb_controller_running 1',
      'skep_lb_program_run_seconds_total 0.000002',
      `skep_lb_backend_packets_total${own},backend="10.1.0.1:80"} 100`,
      `skep_lb_backend_bytes_total${own},backend="10.1.0.1:80"} 6000`,
      `skep_lb_backend_ring_share${own},backend="10.1.0.1:80"} 0.1`,
      `skep_lb_service_backends${own}} 1`,
      `skep_lb_service_info${own},mode="snat",algorithm="maglev"} 1`,
      'skep_lb_metrics_folded{of="backends"} 0',
    ]),
  )
})

test('next hops are counted by state; those that gave trouble have series of their own', async () => {
  const quiet = { address: '10.1.0.11', device: 'eth1', mac: '02:00:00:00:00:11', state: 'usable' } as const
  const rest = { since: '', kernel: 'reachable', managed: true, users: 1, failures: 0, moves: 0, text: '' }
  const failed = {
    ...quiet,
    ...rest,
    address: '10.1.0.254',
    mac: null,
    state: 'failed',
    failures: 3,
    moves: 1,
  } as const
  const scraped = new Scraped(status([], { nextHops: [{ ...quiet, ...rest }, failed] }), 10_000)
  const own = '{address="10.1.0.254",device="eth1"}'
  expect((await scraped.lines()).filter((line) => line.startsWith('skep_lb_next_hop'))).toEqual([
    'skep_lb_next_hops{state="usable"} 1',
    'skep_lb_next_hops{state="resolving"} 0',
    'skep_lb_next_hops{state="failed"} 1',
    'skep_lb_next_hops{state="absent"} 0',
    `skep_lb_next_hop_failed${own} 1`,
    `skep_lb_next_hop_failures_total${own} 3`,
    `skep_lb_next_hop_moves_total${own} 1`,
  ])
})

test('run time that nobody counts is absent, not 0', async () => {
  const { program } = status([])
  const scraped = new Scraped(status([], { program: { ...program!, runs: 0, runTimeNs: 0 } }), 10_000)
  expect((await scraped.lines()).filter((line) => line.startsWith('skep_lb_program'))).toEqual([])
})

test('health stands with the backend that it is about', async () => {
  const checked = (backend: string, state: BackendHealthStatus['status'], usable: boolean): BackendHealthStatus => {
    return { backend, status: state, usable, share: 1, since: null, last: null, text: '' }
  }
  const health: Status['health'] = {
    pid: 9,
    services: [
      {
        name: 's1/ipv4',
        frontends: ['192.0.2.1:80/TCP'],
        panic: false,
        up: 1,
        counted: 3,
        text: '',
        backends: [
          checked('10.1.0.1:80', 'up', true),
          checked('10.1.0.2:80', 'down', false),
          checked('10.1.0.3:80', 'unknown', true),
        ],
      },
    ],
  }
  const members = [member(1, 1), member(2, 1), member(3, 1)]
  const lines = await new Scraped(status([service(1, members)], { health }), 10_000).lines()
  const of = (name: string) =>
    lines.filter((line) => line.startsWith(`skep_lb_backend_${name}`)).map((line) => line.replace(/.*backend="/, ''))
  expect(of('up')).toEqual(['10.1.0.1:80"} 1', '10.1.0.2:80"} 0'])
  expect(of('usable')).toEqual(['10.1.0.1:80"} 1', '10.1.0.2:80"} 0', '10.1.0.3:80"} 1'])
  expect(lines).toContain('skep_lb_health_running 1')
})

test('who owns announced addresses', async () => {
  const router = { id: 51, device: 'eth0', priority: 100, addresses: [], owned: [], text: '' }
  const announce: Status['announce'] = {
    pid: 9,
    routers: [
      { ...router, family: 'ipv4', state: 'active' },
      { ...router, family: 'ipv6', state: 'backup' },
    ],
  }
  const lines = await new Scraped(status([], { announce }), 10_000).lines()
  expect(lines).toEqual(
    expect.arrayContaining([
      'skep_lb_announcer_running 1',
      'skep_lb_announce_active{device="eth0",id="51",family="ipv4"} 1',
      'skep_lb_announce_active{device="eth0",id="51",family="ipv6"} 0',
    ]),
  )
})

test('a backend that leaves and comes back at the same address is one series', async () => {
  const twice = [member(1, 100), member(2, 7, { backend: '10.1.0.1:80' })]
  const scraped = new Scraped(status([service(1, twice)]), 10_000)
  const series = 'skep_lb_backend_packets_total{service="s1",frontend="192.0.2.1:80/TCP",backend="10.1.0.1:80"}'
  expect(await scraped.value(series)).toBe(107)
})

test.each([
  ['backends', 3, 1000],
  ['services', 1000, 2],
])(
  'with more %s than the budget allows, a scrape stays within it and says what it folded',
  async (kind, services, backends) => {
    const scraped = new Scraped(status(many(services, backends, (s, b) => s + b)), 500)
    expect((await scraped.lines()).length).toBeLessThanOrEqual(500)
    expect((await scraped.lines()).length).toBeGreaterThan(400)
    expect(await scraped.value(`skep_lb_metrics_folded{of="${kind}"}`)).toBeGreaterThan(0)
  },
)

test('the largest are kept, the rest grows as "other", and nothing is counted twice or lost', async () => {
  const busy = 200
  const scraped = new Scraped(status(many(1, 300, (_s, b) => (b === busy ? 1e6 : b))), 500)
  const backend = (name: string) =>
    scraped.value(`skep_lb_backend_packets_total{service="s1",frontend="192.0.2.1:80/TCP",backend="${name}"}`)
  const total = () => scraped.value('skep_lb_service_packets_total{service="s1",frontend="192.0.2.1:80/TCP"}')
  expect([await backend(`10.1.0.${busy + 1}:80`), await backend('other'), await total()]).toEqual([1e6, 0, 0])
  const folded = (await scraped.value('skep_lb_metrics_folded{of="backends"}'))!
  scraped.now = status(many(1, 300, (_s, b) => (b === busy ? 1e6 : b) + 10))
  expect([await backend('other'), await total()]).toEqual([10 * folded, 3000])
})

test('who has a series keeps it when others grow larger', async () => {
  const scraped = new Scraped(status(many(1, 300, (_s, b) => b)), 500)
  const shown = async () =>
    (await scraped.lines())
      .filter((line) => line.startsWith('skep_lb_backend_packets_total'))
      .map((line) => line.split('} ')[0])
  const before = await shown()
  scraped.now = status(many(1, 300, (_s, b) => 1000 - b))
  expect(await shown()).toEqual(before)
})

test('several scrapes at one time read the kernel once', async () => {
  let reads = 0
  const metrics = new Metrics(() => Promise.resolve(status([])).finally(() => reads++))
  expect(new Set(await Promise.all([metrics.text(), metrics.text()])).size).toBe(1)
  expect(reads).toBe(1)
  await metrics.text()
  expect(reads).toBe(2)
})

needing(needs.binary('promtool')).test('promtool finds nothing against names, types and help', async () => {
  const scraped = new Scraped(status(many(3, 1000, (s, b) => s + b)), 500)
  const {
    status: code,
    stdout,
    stderr,
  } = spawnSync('promtool', ['check', 'metrics'], {
    input: await scraped.metrics.text(),
    encoding: 'utf8',
  })
  expect([code, stdout, stderr]).toEqual([0, '', ''])
})
