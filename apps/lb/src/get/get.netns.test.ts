import { afterAll, beforeAll, expect } from '@jest/globals'
import { needing, needs, startTraffic, type Traffic } from '@skep/testbed'
import { parse } from 'yaml'
import { config, network, type Network, vip4 } from '../../test/network.ts'
import { SkepLb } from '../../test/skep-lb.ts'
import type { FlowReport } from '../explain/flow.ts'
import type { ServiceReport } from '../explain/service.ts'
import type { BackendRow } from './backends.ts'
import type { ConnectionRow } from './connections.ts'
import type { DeviceRow } from './devices.ts'
import type { ServiceRow } from './services.ts'

/** Connections that stay open. */
const OPEN = 20
const { describe, test } = needing(needs.root, needs.bpf)
let lab: Network
let lb: SkepLb
let load: Traffic

async function json<T>(...words: string[]): Promise<T> {
  const { code, stdout, stderr } = await lb.words(...words, '-o', 'json')
  if (code !== 0) throw new Error(stderr)
  return JSON.parse(stdout) as T
}

describe('with traffic behind it, and no process', () => {
  beforeAll(async () => {
    lab = await network()
    lb = SkepLb.on(lab.net.lb)
    await lb.start(config([1, 2, 3]).replace('10.1.0.13", port: 8080 }', '10.1.0.13", port: 8080, weight: 0 }'))
    const options = { protocol: 'tcp', address: vip4, port: 7, concurrency: OPEN, perSecond: 2 * OPEN } as const
    load = await startTraffic(lab.net.client, { ...options, keepAlive: true })
    await load.reached(3 * OPEN)
    await lb.end('SIGKILL')
  }, 60_000)

  afterAll(async () => {
    await load[Symbol.asyncDispose]()
    await lb[Symbol.asyncDispose]()
    await lab[Symbol.asyncDispose]()
  }, 60_000)

  test('get services', async () => {
    const rows = await json<ServiceRow[]>('get', 'services')
    expect(rows.map(({ name, frontend, backends, active }) => [name, frontend, backends, active])).toEqual([
      ['web', `${vip4}:80/TCP`, 3, 2],
      ['web', '[2001:db8:ff::10]:80/TCP', 3, 3],
      ['echo', `${vip4}:7/TCP`, 3, 3],
    ])
    expect(rows[2]?.packets).toBeGreaterThan(3 * OPEN)
    expect(rows[2]?.connections).toBe(OPEN)
    const { stdout } = await lb.words('get', 'services')
    expect(stdout.split('\n')[0]).toMatch(/^NAME +FRONTEND +BACKENDS +HEALTH +CONNECTIONS +PACKETS +BYTES$/)
    expect((await lb.words('get', 'services', '-o', 'wide')).stdout).toMatch(
      /^web .* snat +maglev +- +1024 +0 +0 +- +-$/m,
    )
  }, 60_000)

  test('get backends', async () => {
    const rows = await json<BackendRow[]>('get', 'backends', '--service', `${vip4}:80`)
    expect(rows.map(({ backend, weight, share, source }) => [backend, weight, share > 0, source])).toEqual([
      ['10.1.0.11:8080', 1, true, '10.1.0.1'],
      ['10.1.0.12:8080', 1, true, '10.1.0.1'],
      ['10.1.0.13:8080', 0, false, '10.1.0.1'],
    ])
    expect(await json<BackendRow[]>('get', 'backends')).toHaveLength(9)
  }, 60_000)

  test('get devices', async () => {
    const rows = await json<DeviceRow[]>('get', 'devices')
    expect(rows.map(({ name, mode, attached, addresses }) => [name, mode, attached, addresses[0]])).toEqual([
      ['eth0', 'native', true, '10.0.0.1/24'],
      ['eth1', 'native', true, '10.1.0.1/24'],
      ['lo', null, false, '127.0.0.1/8'],
    ])
    expect(rows.map(({ chosen, why }) => [chosen, why])).toEqual([
      [true, '"eth0" names it'],
      [true, '"eth1" names it'],
      [false, 'no entry names it, and none is "auto"'],
    ])
    expect(parse((await lb.words('get', 'devices', '-o', 'yaml')).stdout)).toEqual(rows)
  }, 60_000)

  test('get connections, all of them and by what they are', async () => {
    const rows = await json<ConnectionRow[]>('get', 'connections')
    expect(rows.map(({ state, service }) => [state, service])).toEqual(
      Array.from({ length: OPEN }, () => ['established', 'echo']),
    )
    expect(new Set(rows.map(({ client }) => client)).size).toBe(OPEN)
    const [first] = rows
    expect(await json('get', 'connections', '--client', first!.client)).toMatchObject([{ client: first!.client }])
    expect(await json('get', 'connections', '--service', 'web')).toEqual([])
    const limited = await lb.words('get', 'connections', '--limit', '3')
    expect([limited.stdout.trim().split('\n').length, limited.stderr]).toEqual([
      4,
      expect.stringContaining('these are the first 3; --limit 0 shows all'),
    ])
  }, 60_000)

  test('explain flow says where packets really went, and where others would go', async () => {
    const rows = await json<ConnectionRow[]>('get', 'connections', '--service', 'echo')
    for (const { client, backend } of rows.slice(0, 3)) {
      const [address = '', port = ''] = client.split(':')
      const report = await json<FlowReport>('explain', 'flow', address, port, vip4, '7', 'tcp')
      expect([report.choice?.member?.address, report.service?.name]).toEqual([backend.split(':')[0], 'echo'])
      expect(report.connection).toMatchObject({ client, backend })
      expect(report.verdict.name).toBe('REDIRECT_TO_BACKEND')
      expect(report.way).toMatchObject({ device: 'eth1', nextHop: backend.split(':')[0] })
    }
    const [own = '', natPort = ''] = rows[0]!.source.split(':')
    const [backend = '', backendPort = ''] = rows[0]!.backend.split(':')
    const reply = await json<FlowReport>('explain', 'flow', backend, backendPort, own, natPort, 'tcp')
    expect([reply.direction, reply.destination, reply.verdict.name]).toEqual([
      'reply',
      rows[0]!.client,
      'REDIRECT_TO_CLIENT',
    ])
    const foreign = await json<FlowReport>('explain', 'flow', '10.0.0.2', '1', vip4, '81', 'tcp')
    expect([foreign.direction, foreign.verdict.name]).toEqual(['foreign', 'PASS_FOREIGN'])
    const { stdout } = await lb.words('explain', 'flow', '10.0.0.2', '40000', vip4, '80', 'tcp')
    expect(stdout).toMatch(/^TCP 10\.0\.0\.2:40000 to 192\.0\.2\.10:80: goes to 10\.1\.0\.1[12]:8080\n/)
    expect(stdout).toContain('it comes in by eth0')
  }, 60_000)

  test('explain flow names routes that refuse, neighbours and senders that cannot be', async () => {
    const name = async (source: string) =>
      (await json<FlowReport>('explain', 'flow', source, '40000', vip4, '80', 'tcp')).verdict.name
    expect(await name('224.0.0.1')).toBe('DROP_MARTIAN')
    for (const i of [1, 2]) lab.net.lb.netlink.route.add({ destination: `10.1.0.1${i}/32`, type: 'blackhole' })
    expect(await name('10.0.0.2')).toBe('DROP_BLACKHOLE')
    for (const i of [1, 2]) lab.net.lb.netlink.route.delete({ destination: `10.1.0.1${i}/32`, type: 'blackhole' })
    expect(await name('10.0.0.2')).toBe('REDIRECT_TO_BACKEND')
  }, 60_000)

  test('explain service says why each backend gets what it gets', async () => {
    const reports = await json<ServiceReport[]>('explain', 'service', 'web')
    expect(reports.map(({ frontend, ring }) => [frontend, ring.slots])).toEqual([
      [`${vip4}:80/TCP`, 1024],
      ['[2001:db8:ff::10]:80/TCP', 1024],
    ])
    expect(reports[0]?.backends.map(({ why }) => why)).toEqual([
      'weight 1 of 2: 50.0 % of the slots',
      'weight 1 of 2: 50.0 % of the slots',
      'weight 0: no new connections, those it has live on',
    ])
    const missing = await lb.words('explain', 'service', 'wbe')
    expect([missing.code, missing.stderr]).toEqual([1, 'no service or frontend "wbe"; did you mean "web"?\n'])
  }, 60_000)

  test('top prints one look where nobody watches', async () => {
    const { code, stdout } = await lb.words('top', '--interval', '0.1')
    expect(code).toBe(0)
    expect(stdout).toMatch(/SERVICE +FRONTEND +PACKETS\/S\* +BYTES\/S +CONNECTIONS/)
    expect(stdout).toMatch(/^REDIRECT_TO_BACKEND +[\d.]+ +\d+$/m)
  }, 60_000)

  test('what is not installed has an exit code of its own', async () => {
    for (const words of [['get', 'services'], ['explain', 'service', 'web'], ['top']]) {
      const { code, stderr } = await lb.sibling('none').words(...words)
      expect([code, stderr]).toEqual([3, 'instance none: not installed\n'])
    }
  }, 60_000)
})
