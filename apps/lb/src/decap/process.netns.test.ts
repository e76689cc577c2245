import { existsSync } from 'node:fs'
import { afterAll, beforeAll, expect, test } from '@jest/globals'
import { type Host, needing, needs, startTraffic, traffic, untilLine } from '@skep/testbed'
import { dispatch, SkepDecap } from '../../test/decap.ts'
import { backend, base, type DecapNetwork, decapNetwork, ipip, option, url, vip } from '../../test/decap-network.ts'

needing(needs.root, needs.bpf).describe('the process of a backend', () => {
  let net: DecapNetwork
  let client: Host

  beforeAll(async () => {
    net = await decapNetwork()
    client = net.client
  })
  afterAll(() => net[Symbol.asyncDispose]())

  test('killed and started again, under load: no connection breaks', async () => {
    using _lb = dispatch(net.lb, 'eth0', { ...base, by: 'option', port: 7, backendPort: 7 })
    await using decap = new SkepDecap(net.backend)
    await decap.start(option('native'))
    const load = { protocol: 'tcp', address: vip.v4, port: 7, keepAlive: true, concurrency: 8 } as const
    await using running = await startTraffic(client, load)
    await running.reached(100)
    const before = await decap.status()
    await decap.end('SIGKILL')
    await running.reached(300)
    expect((await decap.status()).process?.alive).toBe(false)
    await decap.start()
    await running.reached(500)
    await decap.reload(
      option('native').replace('dispatch: [opt]', 'dispatch: [opt, ipip]\n  sources: [10.255.0.0/16]'),
      'reloaded',
    )
    await running.reached(800)
    expect((await running.stop()).failures).toEqual([])
    expect((await decap.status()).hooks).toEqual(before.hooks)
  }, 60_000)

  test('a wrong configuration is refused whole; what runs goes on', async () => {
    using _lb = dispatch(net.lb, 'eth0', { ...base, by: 4 })
    await using decap = new SkepDecap(net.backend)
    await decap.start(ipip('native'))
    await decap.reload(ipip('native').replace(vip.v4, '192.0.2.99').replace('eth0', 'eth9'), 'refused')
    await decap.reload(`${ipip('native')}  flows: 2048\n`, 'refused')
    expect((await traffic(client, { protocol: 'http', url: `${url.v4}/`, requests: 10 })).failed).toBe(0)
    // lo takes no native XDP, which only shows when eth0 has its new program already.
    await decap.reload(ipip('native').replace('[eth0]', '[eth0, lo]').replace(`${vip.v4}, `, ''), 'refused')
    expect((await traffic(client, { protocol: 'http', url: `${url.v4}/`, requests: 10 })).failed).toBe(0)
    expect((await decap.status()).hooks).toMatchObject([{ device: 'eth0' }])
    await decap.reload(ipip('native').replace(`${vip.v4}, `, ''), 'reloaded')
    expect((await client.attempt('curl', ['-gsS', '--max-time', '1', `${url.v4}/`])).code).toBe(28)
    expect((await decap.verdicts())['DROP_NOT_VIP']).toBeGreaterThan(0)
  }, 60_000)

  test('an address that this host gets later is one to send IPIP to', async () => {
    using _lb = dispatch(net.lb, 'eth0', { ...base, by: 4, backend: { ...backend, v4: '10.0.0.33' } })
    await using decap = new SkepDecap(net.backend)
    await decap.start(ipip('native'))
    net.backend.netlink.address.add({ device: 'eth0', address: '10.0.0.33/24' })
    try {
      const answer = await client.exec(
        'curl',
        '-gsS',
        '--retry',
        '9',
        '--retry-all-errors',
        '--max-time',
        '20',
        `${url.v4}/`,
      )
      expect(answer).not.toBe('')
    } finally {
      net.backend.netlink.address.delete({ device: 'eth0', address: '10.0.0.33/24' })
    }
  }, 60_000)

  test.each(['native', 'tc'])(
    'uninstall gives everything back, %s',
    async (acceleration) => {
      await using decap = new SkepDecap(net.backend)
      await decap.start(option(acceleration))
      expect((await decap.command('uninstall')).stderr).toMatch(/belongs to process/)
      await decap.end('SIGTERM')
      expect((await decap.command('status')).stdout).toContain('NO PROCESS RUNS IT')
      const { stdout } = await decap.command('uninstall')
      expect(stdout).toMatch(/eth0: in: program taken off\neth0: out: program taken off\n.*tables removed\nuninstalled/)
      expect(existsSync(decap.bpfRoot)).toBe(false)
      expect(existsSync(decap.runDir)).toBe(false)
      expect(net.backend.netlink.link.get({ name: 'eth0' })?.xdp).toBeUndefined()
      const status = await decap.command('status')
      expect([status.code, status.stdout]).toEqual([3, 'backend default: not installed\n'])
      expect((await decap.command('uninstall')).stdout).toBe('nothing of backend default was installed\n')
    },
    60_000,
  )

  test('auto finds devices by their routes, also when they come later, and lets go of those that go', async () => {
    const { netlink } = net.backend
    await using decap = new SkepDecap(net.backend)
    decap.configure(ipip('native').replace('[eth0]', '[auto]'))
    const { stdout } = await decap.command('check', '--config', decap.configFile)
    expect(stdout).toContain('device eth0: chosen, it has a default route')
    expect(stdout).toContain('device lo: left out, its name begins with "lo"')
    await decap.start()
    const hooks = async () => (await decap.status()).hooks.map(({ device, by }) => `${device} ${by}`)
    expect(await hooks()).toEqual(['eth0 XDP, native'])
    const attached = untilLine(decap.child!.stderr, /late0: in by XDP, native/)
    netlink.link.add({ kind: 'veth', name: 'late0', up: true, peer: { name: 'late0-peer', up: true } })
    netlink.route.add({ destination: 'default', device: 'late0', table: 100 })
    await attached
    expect(await hooks()).toEqual(['eth0 XDP, native', 'late0 XDP, native'])
    const gone = untilLine(decap.child!.stderr, /late0: in: program taken off/)
    netlink.link.delete({ name: 'late0' })
    await gone
    expect(await hooks()).toEqual(['eth0 XDP, native'])
  }, 60_000)

  test('a start that fails leaves nothing', async () => {
    await using decap = new SkepDecap(net.backend)
    decap.configure(ipip('native').replace('[eth0]', '[eth0, lo]'))
    const { code, stderr } = await decap.command('run', '--config', decap.configFile)
    expect([code, stderr]).toEqual([1, expect.stringContaining('lo: ')])
    expect((await decap.command('status')).code).toBe(3)
    expect(net.backend.netlink.link.get({ name: 'eth0' })?.xdp).toBeUndefined()
  })
})
