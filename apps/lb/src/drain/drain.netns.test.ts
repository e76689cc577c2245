import { expect } from '@jest/globals'
import { holdConnections, needing, needs, traffic, untilLine } from '@skep/testbed'
import { apiSocket, ask, askJson } from '../../test/api.ts'
import { config, network, vip4 } from '../../test/network.ts'
import { sharedLab } from '../../test/shared-lab.ts'
import { SkepLb } from '../../test/skep-lb.ts'
import type { DrainProgress } from './progress.ts'

const { describe, test } = needing(needs.root, needs.bpf)
const echo = { address: vip4, port: 7 } as const
const lab = sharedLab(network)

/** Which backends new connections reach. */
async function reached(): Promise<string[]> {
  const report = await traffic(lab.net.client, { protocol: 'tcp', ...echo, requests: 120, concurrency: 4 })
  expect(report.failures).toEqual([])
  return Object.keys(report.perServer).toSorted()
}

async function drains(lb: SkepLb): Promise<readonly DrainProgress[]> {
  return (await askJson<{ drains: DrainProgress[] }>(apiSocket(lb), 'GET', '/v1/drains')).drains
}

async function until(lb: SkepLb, done: (drains: readonly DrainProgress[]) => boolean): Promise<void> {
  while (!done(await drains(lb)));
}

const all = ['backend-1', 'backend-2', 'backend-3']

describe('draining', () => {
  test('new connections go elsewhere, open ones live, also over a restart; undrain brings it back', async () => {
    await using lb = SkepLb.on(lab.net.lb)
    await lb.start(config([1, 2, 3]))
    await using held = await holdConnections(lab.net.client, { ...echo, connections: 60 })
    const there = held.opened.perServer['backend-1']!
    const { stdout } = await lb.command('drain', 'echo', '10.1.0.11:7')
    expect(stdout).toBe(`echo 10.1.0.11:7: drained, ${there} connections open\n`)
    expect(await reached()).toEqual(['backend-2', 'backend-3'])
    await lb.end('SIGKILL')
    await lb.start()
    expect(await reached()).toEqual(['backend-2', 'backend-3'])
    expect(await drains(lb)).toMatchObject([
      { service: 'echo', backend: '10.1.0.11:7', connections: there, until: null },
    ])
    expect((await lb.words('get', 'backends', '--service', 'echo')).stdout).toMatch(/10\.1\.0\.11:7 .* maintenance/)
    expect((await held.check()).broken).toEqual([])
    expect((await lb.command('undrain', 'echo', '10.1.0.11:7')).code).toBe(0)
    expect(await reached()).toEqual(all)
    expect(await drains(lb)).toEqual([])
  }, 60_000)

  test('asked for together, each has its own answer, and all that can be drained are', async () => {
    await using lb = SkepLb.on(lab.net.lb)
    await lb.start(config([1, 2, 3]))
    const put = (backend: string) =>
      ask(apiSocket(lb), 'PUT', `/v1/services/echo/backends/${encodeURIComponent(backend)}/drain`)
    const answers = await Promise.all(['10.1.0.11:7', '10.1.0.19:7', '10.1.0.12:7'].map(put))
    expect(answers.map(({ status }) => status)).toEqual([200, 404, 200])
    expect(answers.map(({ body }) => (JSON.parse(body) as Partial<DrainProgress>).backend)).toEqual([
      '10.1.0.11:7',
      undefined,
      '10.1.0.12:7',
    ])
    expect(await reached()).toEqual(['backend-3'])
  }, 60_000)

  test('with a timeout its connections end then, and no others do', async () => {
    await using lb = SkepLb.on(lab.net.lb)
    await lb.start(config([1, 2, 3]))
    await using held = await holdConnections(lab.net.client, { ...echo, connections: 60 })
    const path = '/v1/services/echo/backends/10.1.0.11%3A7/drain?timeoutSeconds=4'
    const begun = await askJson<DrainProgress>(apiSocket(lb), 'PUT', path)
    expect(begun).toMatchObject({ ended: false, connections: held.opened.perServer['backend-1'] })
    expect((await held.check()).broken).toEqual([])
    await until(lb, ([one]) => one?.ended ?? false)
    const { broken } = await held.check()
    expect(broken).toHaveLength(held.opened.perServer['backend-1']!)
    expect(new Set(broken.map(({ server }) => server))).toEqual(new Set(['backend-1']))
    expect(await drains(lb)).toMatchObject([{ ended: true, connections: 0 }])
    expect(await reached()).toEqual(['backend-2', 'backend-3'])
  }, 60_000)

  test('a backend that leaves the configuration has its drain time, even while nobody runs', async () => {
    await using lb = SkepLb.on(lab.net.lb)
    const text = (numbers: number[]) =>
      config(numbers).replace(/(name: echo\n)/, '$1      drain: { timeoutSeconds: 6 }\n')
    await lb.start(text([1, 2, 3]))
    await using held = await holdConnections(lab.net.client, { ...echo, connections: 60 })
    await lb.end('SIGKILL')
    await lb.start(text([2, 3]))
    expect(await drains(lb)).toMatchObject([{ backend: '10.1.0.11:7', reason: 'removed', ended: false }])
    expect(await reached()).toEqual(['backend-2', 'backend-3'])
    expect((await held.check()).broken).toEqual([])
    await until(lb, ([one]) => one?.ended ?? true)
    expect((await held.check()).broken).toHaveLength(held.opened.perServer['backend-1']!)
  }, 60_000)

  test('states of the configuration, and the way back that is refused', async () => {
    await using lb = SkepLb.on(lab.net.lb)
    const text = (state: string) =>
      config([1, 2, 3]).replace(/"10.1.0.11", port: 7/, `"10.1.0.11", port: 7, state: ${state}`)
    await lb.start(text('maintenance'))
    expect(await reached()).toEqual(['backend-2', 'backend-3'])
    await lb.reload(text('active'))
    expect(await reached()).toEqual(all)
    await lb.reload(text('terminating'))
    expect(await reached()).toEqual(['backend-2', 'backend-3'])
    const why = untilLine(lb.child?.stderr ?? null, /cannot follow "terminating"/)
    await lb.reload(text('active'), 'refused')
    expect(await why).toContain('that is final: take the backend out, then add it again')
    const others = text('terminating').replaceAll(/("10.1.0.1[23]", port: 7)/g, '$1, state: quarantined')
    await lb.reload(others)
    expect(await reached()).toEqual(['backend-1'])
  }, 60_000)
})
