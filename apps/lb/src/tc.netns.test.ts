import { once } from 'node:events'
import { join } from 'node:path'
import { afterAll, beforeAll, expect, test } from '@jest/globals'
import { Capture, type Host, needing, needs, patient, startTraffic, traffic, untilLine } from '@skep/testbed'
import { dsrConfig, dsrNetwork, type DsrNetwork, families, vips } from '../test/dsr-network.ts'
import { config, network, type Network, vip4, vip6 } from '../test/network.ts'
import { switchOffloadsOn, switchOn } from '../test/offloads.ts'
import { SkepLb } from '../test/skep-lb.ts'
import { lookAtAttached } from '@skep/lb-engine'
import { instancePaths } from './instance/paths.ts'

const hosted = needing(needs.root, needs.bpf)
const urls = [`http://${vip4}`, `http://[${vip6}]`] as const
/** Emulated, a megabyte takes as long as ten. */
const bytes = patient(1) > 1 ? 1_000_000 : 10_000_000
const backends = ['backend-1', 'backend-2', 'backend-3']

async function download(client: Host, url: string): Promise<number> {
  return (await client.exec('curl', '-gsS', '--max-time', '30', `${url}/bytes/${bytes}`)).length
}

async function modes(lb: SkepLb): Promise<string[]> {
  const { devices } = await lb.status()
  return devices.map(({ name, mode, attached }) => `${name} ${attached ? mode : 'gone'}`)
}

function asking(acceleration: string): string {
  return config([1, 2, 3], { more: `acceleration: ${acceleration}` })
}

hosted.describe('acceleration: tc, with source NAT', () => {
  let lab: Network
  beforeAll(async () => {
    lab = await network()
    switchOffloadsOn(lab.net)
  }, 60_000)
  afterAll(async () => lab[Symbol.asyncDispose](), 60_000)

  test('requests reach every backend, and megabytes arrive whole, with segmentation left to the devices', async () => {
    await using lb = SkepLb.on(lab.net.lb)
    await lb.start(asking('tc'))
    expect(await modes(lb)).toEqual(['eth0 tc', 'eth1 tc'])
    expect(lab.net.lb.device('eth0').xdp).toBeUndefined()
    for (const url of urls) {
      const report = await traffic(lab.net.client, { protocol: 'http', url: `${url}/`, requests: 150, concurrency: 4 })
      expect(report.failures).toEqual([])
      expect(Object.keys(report.perServer).toSorted()).toEqual(backends)
      expect(await download(lab.net.client, url)).toBe(bytes)
    }
  }, 60_000)

  test('kill -9 under load: no request fails, the restart takes over what is there, uninstall leaves nothing', async () => {
    await using lb = SkepLb.on(lab.net.lb)
    await lb.start(asking('tc'))
    await using load = await startTraffic(lab.net.client, { protocol: 'tcp', address: vip4, port: 7, concurrency: 4 })
    for (let round = 0; round < 2; round++) {
      await load.reached(load.progress.requests + 100)
      await lb.end('SIGKILL')
      await load.reached(load.progress.requests + 100)
      await lb.start()
      await load.reached(load.progress.requests + 100)
    }
    expect((await load.stop()).failures).toEqual([])
    expect(await modes(lb)).toEqual(['eth0 tc', 'eth1 tc'])
    await lb.end('SIGTERM')
    expect((await lb.command('uninstall')).stdout).toContain('eth0: program taken off\neth1: program taken off\n')
    const left = await traffic(lab.net.client, { protocol: 'http', url: `${urls[0]}/`, requests: 1, timeoutMs: 500 })
    expect(left.failed).toBe(1)
  }, 60_000)

  test('skep-lb capture shows packets as they come and as they leave, and then the program is back', async () => {
    await using lb = SkepLb.on(lab.net.lb)
    await lb.start(asking('tc'))
    const before = programsOn(lb)
    const { out, err } = await captured(lb, ['-c', '2', 'service web and tcp and dst port 80'], async () => {
      expect(programsOn(lb)).not.toEqual(before)
      expect(await download(lab.net.client, urls[0])).toBe(bytes)
    })
    expect(out).toEqual([
      expect.stringMatching(/ eth0 in  IP 10\.0\.0\.2\.\d+ > 192\.0\.2\.10\.80: .* \[REDIRECT_TO_BACKEND\]$/),
      expect.stringMatching(/ eth1 out IP 10\.1\.0\.1\.\d+ > 10\.1\.0\.1[123]\.8080: .* \[REDIRECT_TO_BACKEND\]$/),
      expect.stringMatching(/ eth0 in /),
      expect.stringMatching(/ eth1 out /),
    ])
    expect(err).toMatch(/^2 packets$/m)
    expect(programsOn(lb)).toEqual(before)
  }, 60_000)

  test('a capture that is killed is followed by the program of run', async () => {
    await using lb = SkepLb.on(lab.net.lb)
    await lb.start(asking('tc'))
    const child = lb.spawnCommand('capture', 'dropped')
    await untilLine(child.stderr, /^capturing/)
    const capturing = programsOn(lb)
    await lb.reload(config([1, 2], { more: 'acceleration: tc' }))
    expect(programsOn(lb)).toEqual(capturing)
    const exit = once(child, 'exit')
    child.kill('SIGKILL')
    await exit
    expect(await download(lab.net.client, urls[1])).toBe(bytes)
    await lb.reload(asking('tc'))
    const [now] = new Set(programsOn(lb))
    expect(programsOn(lb)).toEqual([now, now])
    expect(capturing).not.toContain(now)
  }, 60_000)

  test('a restart of run with larger tables in the middle of a capture: its end leaves the new program there', async () => {
    await using lb = SkepLb.on(lab.net.lb)
    await lb.start(asking('tc'))
    const child = lb.spawnCommand('capture', 'dropped')
    await untilLine(child.stderr, /^capturing/)
    await lb.end('SIGTERM')
    await lb.start(config([1, 2, 3], { more: 'acceleration: tc\n  capacity: { fragments: 16384 }' }))
    const exit = once(child, 'exit')
    child.kill('SIGINT')
    expect((await exit)[0]).toBe(0)
    const report = await traffic(lab.net.client, { protocol: 'http', url: `${urls[0]}/`, requests: 30 })
    expect(report.failures).toEqual([])
  }, 60_000)
})

/** The programs on the load balancer's devices, at tc. */
function programsOn(lb: SkepLb): number[] {
  const { instance, bpfRoot, folder } = lb
  const paths = instancePaths({ instance, bpfRoot, runDir: join(folder, 'run') })
  return lb.host.run(() => lookAtAttached(paths, ({ programId }) => programId))
}

/** Captures while something happens; the lines that it printed when it ended by itself. */
async function captured(
  lb: SkepLb,
  words: readonly string[],
  during: () => Promise<void>,
): Promise<{ out: string[]; err: string }> {
  const child = lb.spawnCommand('capture', ...words)
  const exit = once(child, 'exit')
  let [out, err] = ['', '']
  child.stdout?.on('data', (chunk: Buffer) => (out += chunk.toString()))
  child.stderr?.on('data', (chunk: Buffer) => (err += chunk.toString()))
  await untilLine(child.stderr, /^capturing/)
  await during()
  await exit
  return { out: out.trimEnd().split('\n'), err }
}

hosted.describe('another mode, with a reload', () => {
  let lab: Network
  beforeAll(async () => {
    lab = await network()
  }, 60_000)
  afterAll(async () => lab[Symbol.asyncDispose](), 60_000)

  test('held connections and new ones live through native, tc, generic, native', async () => {
    const { client, lb: host } = lab.net
    await using lb = SkepLb.on(host)
    await lb.start(asking('native'))
    const echo = { protocol: 'tcp', address: vip4, port: 7, concurrency: 4 } as const
    await using held = await startTraffic(client, { ...echo, keepAlive: true })
    await using fresh = await startTraffic(client, { protocol: 'http', url: `${urls[1]}/`, concurrency: 2 })
    for (const mode of ['tc', 'native', 'tc', 'generic', 'native']) {
      await held.reached(held.progress.requests + 100)
      await fresh.reached(fresh.progress.requests + 20)
      expect(await lb.reload(asking(mode))).toContain('reloaded')
      expect(await modes(lb)).toEqual([`eth0 ${mode}`, `eth1 ${mode}`])
    }
    await held.reached(held.progress.requests + 100)
    expect([(await held.stop()).failures, (await fresh.stop()).failures]).toEqual([[], []])
  }, 90_000)

  test('a device whose XDP is taken by another program falls back to tc and says why; the others do not', async () => {
    await using lb = SkepLb.on(lab.net.lb)
    await using other = SkepLb.on(lab.net.lb, 'other')
    await other.start(asking('native').replace('[eth0, eth1]', '[eth0]').replaceAll(vip4, '192.0.2.99'))
    await lb.start(asking('best-effort'))
    const { devices } = await lb.status()
    expect(devices).toEqual([
      { name: 'eth0', mode: 'tc', reason: expect.stringMatching(/native.*generic/), attached: true },
      { name: 'eth1', mode: 'native', attached: true },
    ])
    const report = await traffic(lab.net.client, { protocol: 'http', url: `${urls[0]}/`, requests: 60 })
    expect(report.failures).toEqual([])
    const seen = captured(lb, ['-c', '2', 'service web and port 80'], async () => {
      await traffic(lab.net.client, { protocol: 'http', url: `${urls[0]}/`, requests: 3 })
    })
    const ends = (await seen).out.map((line) => /\beth\d (?:in|out)/.exec(line)?.[0].replace(/ +/, ' '))
    expect(new Set(ends)).toEqual(new Set(['eth0 in', 'eth1 out', 'eth1 in', 'eth0 out']))
  }, 60_000)
})

hosted.describe('acceleration: tc, with direct server return', () => {
  let lab: DsrNetwork
  beforeAll(async () => {
    lab = await dsrNetwork({ acceleration: 'tc' })
    switchOffloadsOn(lab.net)
  }, 60_000)
  afterAll(async () => lab[Symbol.asyncDispose](), 60_000)

  test.each([
    ['IPIP, each family in itself', { dispatch: 'ipip' }],
    ['IPIP, both families in IPv4', { dispatch: 'ipip', backends: 'v4' }],
    ['IPIP, both families in IPv6', { dispatch: 'ipip', backends: 'v6' }],
    ['by MAC address', { dispatch: 'l2' }],
    ['with the option, on another port', { dispatch: 'opt', webPort: 8080 }],
  ] as const)(
    '%s: every backend serves, and megabytes go both ways',
    async (_, options) => {
      const { client, lb: host } = lab.net
      await using lb = SkepLb.on(host)
      await lb.start(dsrConfig([1, 2, 3], options).replace('mode: dsr', 'acceleration: tc\n  mode: dsr'))
      expect(await modes(lb)).toEqual(['eth0 tc'])
      for (const family of families) {
        const url = family === 'v4' ? `http://${vips.v4}` : `http://[${vips.v6}]`
        const udp = { protocol: 'udp', address: vips[family], port: 53 } as const
        for (const load of [{ protocol: 'http', url: `${url}/` } as const, udp]) {
          const report = await traffic(client, { ...load, requests: 60, concurrency: 4 })
          expect(report.failures).toEqual([])
          expect(Object.keys(report.perServer).toSorted()).toEqual(backends)
        }
        for (let i = 0; i < 3; i++) expect(await echo(client, url)).toBe(String(bytes))
        expect(await download(client, url)).toBe(bytes)
      }
    },
    90_000,
  )

  test('what stands for many goes through the tunnel as one, as long as its outer header says', async () => {
    const { client, lb: host, 'backend-1': backend } = lab.net
    switchOn(host)
    await using lb = SkepLb.on(host)
    const text = dsrConfig([1], { dispatch: 'ipip', backends: 'v4' })
    await lb.start(text.replace('mode: dsr', 'acceleration: tc\n  mode: dsr'))
    const filter = '(ip proto 4 or ip proto 41) and greater 3000'
    await using capture = await Capture.start(backend, 'eth0', { filter, snapLength: 64 })
    for (const family of families) await echo(client, family === 'v4' ? `http://${vips.v4}` : `http://[${vips.v6}]`)
    const seen = (await capture.stop()).map(({ bytes: frame, originalLength }) => ({
      protocol: frame[23],
      surplus: originalLength - 14 - ((frame[16]! << 8) | frame[17]!),
    }))
    expect(new Set(seen.map(({ protocol }) => protocol))).toEqual(new Set([4, 41]))
    expect(new Set(seen.map(({ surplus }) => surplus))).toEqual(new Set([0]))
  }, 60_000)

  /** Sends megabytes, and gets them back; how many came. */
  function echo(client: Host, url: string): Promise<string> {
    const send = `head -c ${bytes} /dev/zero | curl -gsS --max-time 30 --data-binary @- -H Expect: ${url} | wc -c`
    return client.exec('sh', '-c', send).then((text) => text.trim())
  }
})
