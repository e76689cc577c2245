import { spawnSync } from 'node:child_process'
import { once } from 'node:events'
import { mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { expect } from '@jest/globals'
import { needing, needs, untilLine } from '@skep/testbed'
import { config, network } from '../test/network.ts'
import { SkepLb } from '../test/skep-lb.ts'

const unit = fileURLToPath(new URL('../../../deploy/systemd/skep-lb@.service', import.meta.url))
const analyze = needs.binary('systemd-analyze')

function systemdAnalyze(...args: string[]): string {
  const { status, stdout, stderr } = spawnSync('systemd-analyze', args, { encoding: 'utf8' })
  if (status !== 0) throw new Error(stdout + stderr)
  return stdout
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
  const [, filter = ''] = /^SystemCallFilter=(.*)$/m.exec(readFileSync(unit, 'utf8')) ?? []
  return new Set(['@default', ...filter.split(' ')].flatMap(expand))
}

needing(analyze).test('systemd finds nothing wrong with the unit, and little exposed', () => {
  expect(systemdAnalyze('verify', unit)).toBe('')
  systemdAnalyze('security', '--offline=true', '--threshold=40', unit)
})

needing(needs.root, needs.bpf, needs.binary('strace'), analyze).test(
  'the unit allows every system call that the load balancer makes',
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
    const made = new Set(Array.from(readFileSync(trace, 'utf8').matchAll(/^\d+ +(\w+)\(/gm), ([, name = '']) => name))
    rmSync(folder, { recursive: true })
    const may = allowed()
    expect(made.has('bpf')).toBe(true)
    expect([...made].filter((name) => !may.has(name))).toEqual([])
  },
  120_000,
)
