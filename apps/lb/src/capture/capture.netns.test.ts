import { statSync } from 'node:fs'
import { join } from 'node:path'
import { once } from 'node:events'
import { afterAll, beforeAll, expect } from '@jest/globals'
import { Link } from 'libbpf-ts'
import { needing, needs, untilLine } from '@skep/testbed'
import { config, network, type Network, vip4, vip6 } from '../../test/network.ts'
import { SkepLb } from '../../test/skep-lb.ts'

const { describe, test } = needing(needs.root, needs.bpf, needs.binary('curl'), needs.binary('tcpdump'))

describe('skep-lb capture', () => {
  let world: Network
  let lb: SkepLb

  beforeAll(async () => {
    world = await network()
    lb = SkepLb.on(world.net.lb)
    await lb.start(config([1, 2]))
  }, 60_000)

  afterAll(async () => {
    await lb?.[Symbol.asyncDispose]()
    await world?.[Symbol.asyncDispose]()
  })

  const get = (vip: string) => world.net.client.exec('curl', '-sS', '-g', '--max-time', '5', `http://${vip}/`)

  /** Too large for one frame: it goes in fragments, which a service's address does not take. */
  const bigDatagram = `const s = require('node:dgram').createSocket('udp4'); s.send(Buffer.alloc(3000), 80, '${vip4}', () => s.close())`

  /** The program on the load balancer's first device. */
  function programOnDevice(): number {
    using link = Link.open(join(lb.pins, 'links', 'eth0'))
    return link.info().programId
  }

  /** Captures while something happens; returns what it printed when it ended by itself. */
  async function captured(
    words: readonly string[],
    during: () => Promise<unknown>,
  ): Promise<{ out: string; err: string }> {
    const child = lb.spawnCommand('capture', ...words)
    const exit = once(child, 'exit')
    let [out, err] = ['', '']
    child.stdout?.on('data', (chunk: Buffer) => (out += chunk.toString()))
    child.stderr?.on('data', (chunk: Buffer) => (err += chunk.toString()))
    await untilLine(child.stderr, /^capturing/)
    await during().catch((error: unknown) => {
      child.kill()
      throw error
    })
    await exit
    return { out, err }
  }

  test('shows a request as it arrives and as it leaves, with what became of it, and then is gone', async () => {
    const before = programOnDevice()
    const { out, err } = await captured(['-c', '2', 'service web and tcp and dst port 80'], async () => {
      expect(programOnDevice()).not.toBe(before)
      await get(vip4)
    })
    const lines = out.trimEnd().split('\n')
    expect(lines).toHaveLength(4)
    expect(lines[0]).toMatch(
      /^\d\d:\d\d:\d\d\.\d{6} eth0 in  IP 10\.0\.0\.2\.\d+ > 192\.0\.2\.10\.80: .* \[REDIRECT_TO_BACKEND\]$/,
    )
    expect(lines[1]).toMatch(/ eth1 out IP 10\.1\.0\.1\.\d+ > 10\.1\.0\.1[12]\.8080: .* \[REDIRECT_TO_BACKEND\]$/)
    expect(err).toMatch(/^2 packets$/m)
    expect(programOnDevice()).toBe(before)
    expect(await get(vip4)).toMatch(/backend/)
  })

  test('no connection that is served meanwhile notices its beginning or its end', async () => {
    const fetches = async () => {
      for (let i = 0; i < 20; i++) await get(i % 2 === 0 ? vip4 : `[${vip6}]`)
    }
    const running = fetches()
    const { err } = await captured(['-c', '40', `service web`], fetches)
    await running
    expect(err).toMatch(/^40 packets$/m)
  })

  test('replies are found by the service that they leave as, and by the backend that they come from', async () => {
    const { out } = await captured(['-c', '1', 'service web and src port 8080 and dst host 10.0.0.2'], () => get(vip4))
    const [arrived, left] = out.trimEnd().split('\n')
    expect(arrived).toMatch(/ eth1 in  IP 10\.1\.0\.1[12]\.8080 > 10\.1\.0\.1\.\d+: .*\[REDIRECT_TO_CLIENT\]$/)
    expect(left).toMatch(/ eth0 out IP 192\.0\.2\.10\.80 > 10\.0\.0\.2\.\d+: .*\[REDIRECT_TO_CLIENT\]$/)
  })

  test('a file that tcpdump reads, for its owner alone', async () => {
    const file = join(lb.folder, 'web.pcapng')
    await captured(['-c', '3', '-w', file, `host ${vip4}`], () => get(vip4))
    expect(statSync(file).mode & 0o777).toBe(0o600)
    const { stdout } = await world.net.lb.attempt('tcpdump', ['-n', '-r', file])
    expect(stdout.match(/192\.0\.2\.10\.80/g)?.length).toBeGreaterThanOrEqual(3)
    const { code } = await world.net.lb.attempt('rm', [file])
    expect(code).toBe(0)
  })

  test('what is dropped only arrives, with the reason', async () => {
    const { out } = await captured(['-c', '1', 'dropped'], () =>
      world.net.client.exec(process.execPath, '-e', bigDatagram),
    )
    expect(out.trimEnd().split('\n')).toEqual([
      expect.stringMatching(/ eth0 in  IP 10\.0\.0\.2.* > 192\.0\.2\.10.*\[DROP_FRAGMENT\]$/),
    ])
  })

  test('run leaves a capture alone, and puts its own program back when the capture was killed', async () => {
    const own = programOnDevice()
    const child = lb.spawnCommand('capture', 'verdict DROP_TTL')
    await untilLine(child.stderr, /^capturing/)
    const capturing = programOnDevice()
    await lb.reload(config([1, 2, 3]))
    expect(programOnDevice()).toBe(capturing)
    const exit = once(child, 'exit')
    child.kill('SIGKILL')
    await exit
    expect(programOnDevice()).toBe(capturing)
    expect(await get(vip4)).toMatch(/backend/)
    await lb.reload(config([1, 2]))
    expect(programOnDevice()).toBe(own)
  })

  test('one capture at a time; Ctrl-C ends it and takes its program off', async () => {
    const own = programOnDevice()
    const child = lb.spawnCommand('capture')
    await untilLine(child.stderr, /^capturing/)
    const second = await lb.command('capture')
    expect([second.code, second.stderr]).toEqual([
      1,
      expect.stringMatching(/^another capture of this instance is under way/),
    ])
    const exit = once(child, 'exit')
    child.kill('SIGINT')
    expect((await exit)[0]).toBe(0)
    expect(programOnDevice()).toBe(own)
  })

  test('a filter that is wrong is refused before anything is touched', async () => {
    const own = programOnDevice()
    const { code, stderr } = await lb.command('capture', 'service', 'wed')
    expect([code, stderr.split('\n')[0]]).toEqual([1, 'filter: there is no service "wed"; did you mean "web"?'])
    expect(programOnDevice()).toBe(own)
  })

  test('without an instance there is nothing to capture', async () => {
    await using other = lb.sibling('other')
    const { code, stderr } = await other.command('capture')
    expect([code, stderr]).toEqual([1, expect.stringMatching(/^instance other is not installed, or on no device/)])
  })
})
