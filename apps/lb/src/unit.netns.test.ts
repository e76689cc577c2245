import { spawnSync } from 'node:child_process'
import { once } from 'node:events'
import { mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { expect } from '@jest/globals'
import { needing, needs, traffic, untilLine } from '@skep/testbed'
import { config, network, vip4 } from '../test/network.ts'
import { SkepLb } from '../test/skep-lb.ts'

const unit = fileURLToPath(new URL('../../../deploy/systemd/skep-lb@.service', import.meta.url))
const analyze = needs.binary('systemd-analyze')

function systemdAnalyze(...args: string[]): string {
  const { status, stdout, stderr } = spawnSync('systemd-analyze', args, { encoding: 'utf8' })
  if (status !== 0) throw new Error(stdout + stderr)
  return stdout
}

/** What stands behind `Name=` in the unit. */
function setting(name: string): string[] {
  const [, value] = new RegExp(`^${name}=(.*)$`, 'm').exec(readFileSync(unit, 'utf8')) ?? []
  if (value === undefined) throw new Error(`the unit has no ${name}`)
  return value.split(' ')
}

/** System calls that the unit allows: names, and groups (`@system-service`) with all that they contain. */
function allowed(): Set<string> {
  const groups = new Map<string, string[]>()
  let group: string[] = []
  for (const line of systemdAnalyze('syscall-filter').split('\n')) {
    if (line.startsWith('@')) groups.set(line.trim(), (group = []))
    else if (/^ +[^ #]/.test(line)) group.push(line.trim())
  }
  const expand = (name: string): string[] => (name.startsWith('@') ? groups.get(name)!.flatMap(expand) : [name])
  return new Set(['@default', ...setting('SystemCallFilter')].flatMap(expand))
}

needing(analyze).test('systemd finds nothing wrong with the unit, and little exposed', () => {
  expect(systemdAnalyze('verify', unit)).toBe('')
  systemdAnalyze('security', '--offline=true', '--threshold=40', unit)
})

needing(needs.root, needs.bpf, needs.binary('strace'), analyze).test(
  'the unit allows every system call, kind of socket and kind of namespace that the load balancer asks for',
  async () => {
    await using world = await network()
    await using lb = SkepLb.on(world.net.lb)
    // Away from the configuration: what happens in its folder is followed.
    const folder = mkdtempSync(join(tmpdir(), 'skep-trace-'))
    const trace = join(folder, 'trace')
    // A process that strace is no parent of: signals reach it, and its output ends when strace has ended, too.
    lb.wrapper = ['strace', '-D', '-f', '-qq', '-e', 'signal=none', '-o', trace]
    lb.configure(config([1, 2]).replace('- name: web', '- name: web\n      healthCheck: { http: {} }'))
    await untilLine(lb.spawn().stdout, /^ready/, 60_000)
    await lb.reload(config([1]))
    const closed = once(lb.child!, 'close')
    await lb.end('SIGTERM')
    await lb.command('uninstall')
    await closed
    const text = readFileSync(trace, 'utf8')
    const made = new Set(Array.from(text.matchAll(/^\d+ +(\w+)\(/gm), ([, name = '']) => name))
    const families = new Set(Array.from(text.matchAll(/ socket\((\w+),/g), ([, name = '']) => name))
    rmSync(folder, { recursive: true })
    const may = allowed()
    expect(made.has('bpf')).toBe(true)
    expect([...made].filter((name) => !may.has(name))).toEqual([])
    expect(families.has('AF_NETLINK')).toBe(true)
    expect([...families].filter((name) => !setting('RestrictAddressFamilies').includes(name))).toEqual([])
    const entered = new Set(Array.from(text.matchAll(/ (?:setns\(\d+, |unshare\()(\w+)/g), ([, name = '']) => name))
    const namespaces = setting('RestrictNamespaces').map((name) => `CLONE_NEW${name.toUpperCase()}`)
    expect([...entered].filter((name) => !namespaces.includes(name))).toEqual([])
  },
  120_000,
)

/** What of the unit's limits can be set without systemd: capabilities, no new ones, a file system that is only read. */
function confined(writable: string): string[] {
  const capabilities = setting('CapabilityBoundingSet').map((name) => `+${name.replace('CAP_', '').toLowerCase()}`)
  const script = 'mount --bind "$0" "$0" && mount -o remount,ro,bind / && exec "$@"'
  const bounds = ['--no-new-privs', `--bounding-set=-all,${capabilities.join()}`, '--inh-caps=-all']
  return ['unshare', '--mount', 'sh', '-c', script, writable, 'setpriv', ...bounds]
}

needing(needs.root, needs.bpf, needs.binary('unshare'), needs.binary('setpriv')).test(
  'under the limits of the unit it serves, checks by a script that runs as nobody, and takes changes',
  async () => {
    await using world = await network()
    await using lb = SkepLb.on(world.net.lb)
    lb.wrapper = confined(lb.folder)
    const script =
      'healthCheck: { script: { command: ["/usr/bin/id"] }, intervalSeconds: 0.5, timeoutSeconds: 0.5, rise: 1 }'
    await lb.start(config([1, 2]).replace('- name: web', `- name: web\n      ${script}`))
    const ups = async (): Promise<string[]> =>
      (await lb.status()).health?.services.flatMap(({ backends }) => backends.map(({ status }) => status)) ?? []
    while (new Set(await ups()).size !== 1 || (await ups())[0] !== 'up');
    await lb.reload(config([1]))
    const report = await traffic(world.net.client, { protocol: 'http', url: `http://${vip4}/`, requests: 20 })
    expect(report.failures).toEqual([])
    expect(Object.keys(report.perServer)).toEqual(['backend-1'])
    const { stdout } = await world.net.lb.attempt('grep', ['CapBnd', `/proc/${lb.child!.pid}/status`])
    const bits = BigInt(`0x${stdout.split('\t')[1]!.trim()}`)
      .toString(2)
      .replaceAll('0', '').length
    expect(bits).toBe(setting('CapabilityBoundingSet').length)
  },
  60_000,
)
