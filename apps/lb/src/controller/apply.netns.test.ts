import { readFileSync, renameSync, mkdirSync, symlinkSync, writeFileSync, rmSync } from 'node:fs'
import { join } from 'node:path'
import { expect } from '@jest/globals'
import { needing, needs, startTraffic, untilLine } from '@skep/testbed'
import { apiSocket, ask, askJson } from '../../test/api.ts'
import { config, network, vip4 } from '../../test/network.ts'
import { sharedLab } from '../../test/shared-lab.ts'
import { SkepLb } from '../../test/skep-lb.ts'

const { describe, test } = needing(needs.root, needs.bpf)
const http = { protocol: 'http', url: `http://${vip4}/` } as const
const lab = sharedLab(network)

/** A file beside the one that `run` follows. */
function beside(lb: SkepLb, text: string): string {
  const file = join(lb.folder, 'new.yaml')
  writeFileSync(file, text)
  return file
}

async function served(lb: SkepLb): Promise<string[]> {
  const { services } = await lb.status()
  return (services[0]?.members ?? []).filter(({ slots }) => slots > 0).map(({ backend }) => backend)
}

function reloaded(lb: SkepLb): Promise<string> {
  return untilLine(lb.child?.stdout ?? null, /^reloaded/)
}

/** The file is written while others ask the API; it is read again in its turn. */
async function reload(lb: SkepLb, text: string): Promise<{ readonly status: number }> {
  const done = reloaded(lb)
  lb.configure(text)
  lb.child?.kill('SIGHUP')
  await done
  return { status: 200 }
}

describe('the declared configuration', () => {
  test('apply says what differs, carries it out, and it outlives the process', async () => {
    await using lb = SkepLb.on(lab.net.lb)
    await lb.start(config([1, 2, 3]))
    const next = config([1, 2], { more: '# a comment that stays' })
    const file = beside(lb, next)
    const dry = await lb.command('apply', '-f', file, '--dry-run')
    expect(dry.stdout).toContain('  - backend 10.1.0.13:8080\n')
    expect(dry.stdout).toMatch(/\nwould be applied: 5 differences\n$/)
    expect([await served(lb), readFileSync(lb.configFile, 'utf8')]).toEqual([
      ['10.1.0.11:8080', '10.1.0.12:8080', '10.1.0.13:8080'],
      config([1, 2, 3]),
    ])
    const applied = await lb.command('apply', '-f', file)
    expect(applied.stdout).toMatch(/\napplied: 5 differences\n$/)
    expect(readFileSync(lb.configFile, 'utf8')).toBe(next)
    await lb.end('SIGKILL')
    await lb.start()
    expect(await served(lb)).toEqual(['10.1.0.11:8080', '10.1.0.12:8080'])
    expect((await lb.command('apply', '-f', file)).stdout).toBe('nothing has changed\n')
  }, 60_000)

  test('a wrong one is refused whole, each error once, where it stands in the file that was sent', async () => {
    await using lb = SkepLb.on(lab.net.lb)
    await lb.start(config([1, 2]))
    const file = beside(lb, config([1, 2]).replace('port: 8080', 'port: 70000').replace('[eth0, eth1]', '[eth0, eth7]'))
    const { code, stderr } = await lb.command('apply', '-f', file)
    expect(code).toBe(1)
    expect(stderr.split('\n')).toEqual([
      `${file}:4:19: spec.devices[1]: "eth7": no such device; did you mean "eth0"?`,
      expect.stringMatching(/new\.yaml:\d+:\d+: spec.services\[0\].backends\[0\].port: 70000 is not a port/),
      'refused: 2 problems; nothing was changed',
      '',
    ])
    expect(await served(lb)).toEqual(['10.1.0.11:8080', '10.1.0.12:8080'])
    expect(readFileSync(lb.configFile, 'utf8')).toBe(config([1, 2]))
  }, 60_000)

  test('killed at any moment of an apply, it is the old one or the new one, and no request fails', async () => {
    await using lb = SkepLb.on(lab.net.lb)
    const texts = [config([1, 2, 3]), config([1, 2])]
    await lb.start(texts[0])
    await using load = await startTraffic(lab.net.client, { ...http, concurrency: 2 })
    await load.reached(20)
    const seen = new Set<string>()
    for (let round = 0; round < 8; round++) {
      const text = texts[(round + 1) % 2]!
      const asked = ask(apiSocket(lb), 'PUT', '/v1/config', text).catch(() => undefined)
      await load.reached(load.progress.requests + 4 * round)
      await lb.end('SIGKILL')
      await asked
      const stored = readFileSync(lb.configFile, 'utf8')
      expect(texts).toContain(stored)
      await lb.start()
      expect((await served(lb)).length).toBe(stored === texts[0] ? 3 : 2)
      seen.add(stored)
    }
    expect((await load.stop()).failures).toEqual([])
  }, 120_000)

  test('the file is followed: replaced, written in place, and through links that are swapped', async () => {
    await using lb = SkepLb.on(lab.net.lb)
    // As a ConfigMap is mounted: file → ..data/file, ..data → a folder of a release.
    const mount = join(lb.folder, 'mount')
    const release = (name: string, text: string) => {
      mkdirSync(join(mount, name), { recursive: true })
      writeFileSync(join(mount, name, 'lb.yaml'), text)
    }
    const point = (name: string) => {
      symlinkSync(name, join(mount, '..next'))
      renameSync(join(mount, '..next'), join(mount, '..data'))
    }
    release('..1', config([1, 2, 3]))
    point('..1')
    symlinkSync('..data/lb.yaml', join(mount, 'lb.yaml'))
    symlinkSync('mount/lb.yaml', lb.configFile)
    await lb.start()
    release('..2', config([1, 2]))
    let done = reloaded(lb)
    point('..2')
    expect(await done).toBe('reloaded: 5 differences')
    rmSync(join(mount, '..1'), { recursive: true })
    done = reloaded(lb)
    writeFileSync(join(mount, '..2', 'lb.yaml'), config([1]))
    expect(await done).toBe('reloaded: 5 differences')
    done = reloaded(lb)
    writeFileSync(join(mount, '..2', 'lb.yaml.new'), config([1, 3]))
    renameSync(join(mount, '..2', 'lb.yaml.new'), join(mount, '..2', 'lb.yaml'))
    expect(await done).toBe('reloaded: 5 differences')
    expect(await served(lb)).toEqual(['10.1.0.11:8080', '10.1.0.13:8080'])
    rmSync(mount, { recursive: true })
  }, 60_000)

  test('of many who write at once each has a turn, and what came last is what there is', async () => {
    await using lb = SkepLb.on(lab.net.lb)
    await lb.start(config([1, 2, 3]))
    const socket = apiSocket(lb)
    const drain = '/v1/services/web/backends/10.1.0.11:8080/drain'
    const answers = await Promise.all([
      ...[[1, 2], [1, 3], [1]].map((hosts) => ask(socket, 'PUT', '/v1/config', config(hosts))),
      ask(socket, 'PUT', drain),
      ...[
        [1, 2, 3],
        [1, 2],
        [1, 3],
      ].map((hosts) => ask(socket, 'PUT', '/v1/config', config(hosts))),
      reload(lb, config([1, 2])),
    ])
    expect(answers.map(({ status }) => status)).toEqual(answers.map(() => 200))
    const { text } = await askJson<{ text: string }>(socket, 'GET', '/v1/config')
    expect(readFileSync(lb.configFile, 'utf8')).toBe(text)
    const hosts = [2, 3].filter((host) => text.includes(`10.1.0.1${host}`))
    expect(await served(lb)).toEqual(hosts.map((host) => `10.1.0.1${host}:8080`))
  }, 60_000)

  test('a wrong file is told once, and what was running goes on', async () => {
    await using lb = SkepLb.on(lab.net.lb)
    await lb.start(config([1, 2]))
    let said = ''
    lb.child?.stderr?.on('data', (data: Buffer) => (said += data.toString()))
    const refused = untilLine(lb.child?.stderr ?? null, /^refused/)
    lb.configure(config([1, 2]).replace('port: 8080', 'port: 70000'))
    expect(await refused).toBe('refused: 1 problem; what was running goes on unchanged')
    writeFileSync(join(lb.folder, 'something-else'), '')
    const done = reloaded(lb)
    lb.configure(config([1]))
    await done
    expect(said.match(/70000 is not a port/g)).toHaveLength(1)
    rmSync(join(lb.folder, 'something-else'))
  }, 60_000)

  test('a file that cannot be replaced is not: nothing changes, and the reason is told', async () => {
    await using lb = SkepLb.on(lab.net.lb)
    await lb.start(config([1, 2]))
    mkdirSync(`${lb.configFile}.new`)
    const { code, stderr } = await lb.command('apply', '-f', beside(lb, config([1])))
    rmSync(`${lb.configFile}.new`, { recursive: true, force: true })
    expect([code, stderr]).toEqual([1, expect.stringContaining('cannot be replaced')])
    expect(await served(lb)).toEqual(['10.1.0.11:8080', '10.1.0.12:8080'])
    const now = await askJson<{ text: string }>(apiSocket(lb), 'GET', '/v1/config')
    expect(now.text).toBe(config([1, 2]))
  }, 60_000)
})
