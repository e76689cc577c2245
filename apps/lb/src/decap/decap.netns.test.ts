import { existsSync } from 'node:fs'
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals'
import {
  type Host,
  httpServer,
  type Net,
  needing,
  needs,
  patient,
  startTraffic,
  tcpEcho,
  topology,
  traffic,
  udpEcho,
  untilLine,
} from '@skep/testbed'
import { dispatch, type DispatchOptions, SkepDecap } from '../../test/decap.ts'

const vip = { v4: '192.0.2.10', v6: '2001:db8::10' } as const
const backend = { v4: '10.0.0.3', v6: 'fd00::3' } as const
const source = { v4: '10.255.7.7', v6: 'fd00:ff::7' } as const
const url = { v4: `http://${vip.v4}`, v6: `http://[${vip.v6}]` } as const
const families = ['v4', 'v6'] as const
const isEmulated = patient(1) > 1
const base = { vip, backend, source, port: 80, backendPort: 8080 } satisfies Omit<DispatchOptions, 'by'>

const ipip = (acceleration: string): string => `  devices: [eth0]
  acceleration: ${acceleration}
  sources: [10.255.0.0/16, "fd00:ff::/32"]
  vips: [${vip.v4}, "${vip.v6}"]
`
const option = (acceleration: string): string => `  devices: [eth0]
  acceleration: ${acceleration}
  dispatch: [opt]
  vips: [${vip.v4}, "${vip.v6}"]
`

needing(needs.root, needs.bpf).describe('a backend', () => {
  const undo = new AsyncDisposableStack()
  let net: Net<'client' | 'lb' | 'backend'>
  let client: Host

  beforeAll(async () => {
    net = undo.use(await oneSegment())
    client = net.client
    // With room for an outer header, as a path MTU of 1460 leaves it on a network of 1500.
    for (const [destination, via] of [
      [`${vip.v4}/32`, '10.0.0.1'],
      [`${vip.v6}/128`, 'fd00::1'],
    ] as const)
      client.netlink.route.add({ destination, via, metrics: { mtu: 1440 } })
    undo.use(await httpServer(net.backend, { port: 80 }))
    undo.use(await httpServer(net.backend, { port: 8080 }))
    undo.use(await tcpEcho(net.backend, { port: 7 }))
    // A datagram is answered from the address that the server is bound to.
    for (const address of Object.values(vip)) undo.use(await udpEcho(net.backend, { port: 53, address }))
    undo.use(await udpEcho(net.backend, { port: 5353 }))
  })
  afterAll(() => undo.disposeAsync())

  /** Client, load balancer and backend on one segment; the backend has the service addresses. */
  async function oneSegment(): Promise<Net<'client' | 'lb' | 'backend'>> {
    return await topology({
      hosts: {
        client: {},
        lb: { forwarding: true },
        backend: { loopback: [`${vip.v4}/32`, `${vip.v6}/128`] },
      },
      links: [
        {
          ends: {
            client: ['10.0.0.2/24', 'fd00::2/64'],
            lb: { addresses: ['10.0.0.1/24', 'fd00::1/64'], passXdp: false },
            backend: { addresses: ['10.0.0.3/24', 'fd00::3/64'], passXdp: false },
          },
        },
      ],
    })
  }

  describe.each(['native', 'generic', 'tc'])('IPIP, %s', (acceleration) => {
    test.each([4, 6] as const)(
      'outer IPv%i: requests of both families are served, and answered directly',
      async (by) => {
        using _lb = dispatch(net.lb, 'eth0', { ...base, by })
        await using decap = new SkepDecap(net.backend)
        await decap.start(ipip(acceleration))
        for (const family of families) {
          const report = await traffic(client, {
            protocol: 'http',
            url: `${url[family]}/`,
            requests: 100,
            concurrency: 4,
          })
          expect(report).toMatchObject({ requests: 100, failed: 0 })
          const body = await client.exec('curl', '-gsS', '--max-time', '20', `${url[family]}/bytes/3000000`)
          expect(body).toHaveLength(3_000_000)
          const datagrams = await traffic(client, { protocol: 'udp', address: vip[family], port: 53, requests: 50 })
          expect(datagrams).toMatchObject({ requests: 50, failed: 0 })
        }
        const verdicts = await decap.verdicts()
        expect(verdicts[`DECAPSULATED_4IN${by}`]).toBeGreaterThan(400)
        expect(verdicts[`DECAPSULATED_6IN${by}`]).toBeGreaterThan(400)
        expect(Object.keys(verdicts).filter((name) => /DROP|STRANGER|NOT_OWN/.test(name))).toEqual([])
      },
    )
  })

  test('a stranger’s IPIP does not come in, and is counted', async () => {
    using _lb = dispatch(net.lb, 'eth0', { ...base, by: 4, source: { v4: '10.254.0.1', v6: 'fd00:fe::1' } })
    await using decap = new SkepDecap(net.backend)
    await decap.start(ipip('native'))
    const report = await client.attempt('curl', ['-gsS', '--max-time', '1', `${url.v4}/`])
    expect(report.code).toBe(28)
    expect((await decap.verdicts())['PASS_STRANGER']).toBeGreaterThan(0)
  })

  describe.each(['native', 'tc'])('the option, %s', (acceleration) => {
    test.each(families)('%s: the server has another port, and answers as the service', async (family) => {
      using _lb = dispatch(net.lb, 'eth0', { ...base, by: 'option' })
      await using decap = new SkepDecap(net.backend)
      await decap.start(option(acceleration))
      const report = await traffic(client, { protocol: 'http', url: `${url[family]}/`, requests: 100, concurrency: 4 })
      expect(report).toMatchObject({ requests: 100, failed: 0 })
      const body = await client.exec('curl', '-gsS', '--max-time', '20', `${url[family]}/bytes/3000000`)
      expect(body).toHaveLength(3_000_000)
      const direct = family === 'v4' ? `http://${backend.v4}:8080/` : `http://[${backend.v6}]:8080/`
      expect((await traffic(client, { protocol: 'http', url: direct, requests: 20 })).failed).toBe(0)
      const { verdicts, flows } = await decap.status()
      const packets = (name: string): number => verdicts.find((verdict) => verdict.name === name)!.packets
      expect(packets('OPTION_RECORDED')).toBeGreaterThanOrEqual(101)
      expect(packets('REPLY_TRANSLATED')).toBeGreaterThan(400)
      expect(flows!.used).toBeGreaterThan(0)
    })

    test.each(families)('%s: datagrams, and the error of a port where nobody listens', async (family) => {
      await using decap = new SkepDecap(net.backend)
      await decap.start(option(acceleration))
      {
        using _lb = dispatch(net.lb, 'eth0', { ...base, by: 'option', port: 53, backendPort: 5353 })
        const report = await traffic(client, { protocol: 'udp', address: vip[family], port: 53, requests: 100 })
        expect(report).toMatchObject({ requests: 100, failed: 0 })
      }
      using _lb = dispatch(net.lb, 'eth0', { ...base, by: 'option', port: 99, backendPort: 9999 })
      const ask = `exec 3<>/dev/udp/${vip[family]}/99; echo hello >&3; read -t 10 -u 3 -r line`
      const { stderr } = await client.attempt('bash', ['-c', ask])
      expect(stderr).toContain('Connection refused')
      expect((await decap.verdicts())['REPLY_ERROR_TRANSLATED']).toBeGreaterThan(0)
    })
  })

  /** Sends so many bytes to an echo server and prints how many came back. */
  const echoed = `const [host, port, bytes] = process.argv.slice(1)
    const socket = require('node:net').connect(Number(port), host)
    let back = 0
    socket.on('data', (chunk) => (back += chunk.length) >= bytes && (console.log(back), socket.destroy()))
    socket.write(Buffer.alloc(Number(bytes), 7))`
  const bytes = 3_000_000
  const upload = async (address: string, port: number): Promise<string> => {
    return await client.exec(process.execPath, '-e', echoed, address, String(port), String(bytes))
  }

  test.each(['native', 'tc'])(
    '%s: segments that the kernel has gathered on their way in',
    async (acceleration) => {
      await net.backend.exec('ethtool', '-K', 'eth0', 'gro', 'on')
      try {
        for (const by of [4, 6, 'option'] as const) {
          using _lb = dispatch(net.lb, 'eth0', { ...base, by, port: 7, backendPort: 7 })
          await using decap = new SkepDecap(net.backend)
          await decap.start(by === 'option' ? option(acceleration) : ipip(acceleration))
          for (const family of families) expect(Number(await upload(vip[family], 7))).toBeGreaterThanOrEqual(bytes)
          const { verdicts } = await decap.status()
          expect(verdicts.filter(({ name, packets }) => name.startsWith('DROP') && packets > 0)).toEqual([])
          const taken = verdicts.filter(({ name, packets }) => name.startsWith('DECAPSULATED') && packets > 0)
          // XDP comes before the gathering; an emulated processor is too slow to have several at a time.
          if (acceleration === 'tc' && !isEmulated)
            for (const one of taken) expect(one.bytes / one.packets).toBeGreaterThan(1514)
        }
      } finally {
        await net.backend.exec('ethtool', '-K', 'eth0', 'gro', 'off')
      }
    },
    60_000,
  )

  test('large segments that the card is to cut and sum up', async () => {
    await net.backend.exec('ethtool', '-K', 'eth0', 'tx', 'on', 'tso', 'on', 'gso', 'on')
    try {
      using _lb = dispatch(net.lb, 'eth0', { ...base, by: 'option' })
      await using decap = new SkepDecap(net.backend)
      await decap.start(option('native'))
      for (const family of families) {
        const body = await client.exec('curl', '-gsS', '--max-time', '20', `${url[family]}/bytes/20000000`)
        expect(body).toHaveLength(20_000_000)
      }
      const { verdicts } = await decap.status()
      const sent = verdicts.find(({ name }) => name === 'REPLY_TRANSLATED')!
      expect(sent.bytes / sent.packets).toBeGreaterThan(1514)
    } finally {
      await net.backend.exec('ethtool', '-K', 'eth0', 'tx', 'off')
    }
  })

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
