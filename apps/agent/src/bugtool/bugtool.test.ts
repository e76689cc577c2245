import { execFileSync, spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, expect, test } from '@jest/globals'
import { archiveName, bugtool } from './bugtool.ts'
import { collect } from './collect.ts'

let folder = ''
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'skep-bugtool-test-'))
})
afterEach(() => rmSync(folder, { recursive: true }))

const write = (name: string, text: string): string => {
  writeFileSync(join(folder, name), text)
  return join(folder, name)
}

test('without an agent: what there is, for one user alone, and an index that says what is missing and why', async () => {
  const config = write('bgp.yaml', 'peers:\n- peer-address: 192.0.2.1\n  password: hunter2\n')
  const log = write('agent.log', 'level 30: sent Bearer abcdefghijkl\n')
  const output = join(folder, 'out.tar.gz')
  const argv = [`--bgp-config-path=${config}`, '--bpf-root=/nowhere']
  await bugtool({ socket: join(folder, 'agent.sock'), output, logs: [log], argv })
  expect(statSync(output).mode & 0o777).toBe(0o600)
  execFileSync('tar', ['-C', folder, '-xzf', output])
  const of = (name: string): string => readFileSync(join(folder, 'skep-agent-bugtool', name), 'utf8')
  expect(of('bgp-config.yaml')).toBe('peers:\n- peer-address: 192.0.2.1\n  password: "***"\n')
  expect(of('logs/1-agent.log')).toBe('level 30: sent Bearer ***\n')
  expect(JSON.parse(of('config-given.json'))).toMatchObject({
    options: expect.arrayContaining([
      expect.objectContaining({ name: 'bpf-root', value: '/nowhere', from: '--bpf-root' }),
    ]),
  })
  expect(JSON.parse(of('devices.json'))).toContainEqual(expect.objectContaining({ name: 'lo' }))
  const index = of('INDEX.txt')
  expect(index).toMatch(/^routes\.json \(\d+ bytes\): ip route/m)
  expect(index).toMatch(/^status\.json: .*\n {2}nobody answers on .*start the agent with: skep-agent run; --state-dir/m)
  expect(index).toMatch(/^maps\.json: .*\n {2}nothing is pinned there/m)
})

test('options that are refused are told, and stop nothing', async () => {
  const output = join(folder, 'out.tar.gz')
  const collected = await bugtool({
    socket: join(folder, 'agent.sock'),
    output,
    logs: [],
    argv: ['--enable-ipv7=true'],
  })
  expect(collected.find(({ file }) => file === 'config-given.json')?.missing).toContain('enable-ipv7')
  expect(collected.find(({ file }) => file === 'host.json')?.missing).toBeUndefined()
})

test('an output that opens late, as a pipe does whose reader is slow, gets all of it', async () => {
  const output = join(folder, 'pipe')
  const got = join(folder, 'got.tar.gz')
  execFileSync('mkfifo', [output])
  const reader = spawn('sh', ['-c', 'sleep 1; exec cat "$0" >"$1"', output, got], { stdio: 'ignore' })
  const read = once(reader, 'exit')
  await bugtool({ socket: join(folder, 'agent.sock'), output, logs: [], argv: [] })
  await read
  expect(execFileSync('tar', ['-tzf', got], { encoding: 'utf8' })).toContain('skep-agent-bugtool/INDEX.txt')
})

test('a file that is too large is cut, a log at its beginning, and that is said', async () => {
  const most = 4 << 20
  const item = (file: string) => ({ file, about: 'much', read: () => `begin${'x'.repeat(most)}end` })
  const [table] = await collect(folder, [item('table.txt')])
  expect(table).toEqual({ file: 'table.txt', about: 'much', bytes: most, cut: true })
  expect(readFileSync(join(folder, 'table.txt'), 'utf8').slice(0, 5)).toBe('begin')
  expect(readFileSync(join(folder, 'INDEX.txt'), 'utf8')).toContain(`table.txt (${most} bytes, cut): much`)
})

test('an archive is named by the time', () => {
  expect(archiveName(new Date('2026-01-31T12:00:01.5Z'))).toBe('skep-agent-bugtool-20260131T120001Z.tar.gz')
})
