import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { readdirSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { text } from 'node:stream/consumers'
import { fileURLToPath } from 'node:url'
import { expect } from '@jest/globals'
import { needing, needs, untilLine } from '@skep/testbed'

const { test } = needing(needs.root, needs.bpf)
const main = fileURLToPath(new URL('../../../examples/demo/main.ts', import.meta.url))

function demo(): ChildProcess {
  const args = ['--conditions=@skep/source', '--disable-warning=ExperimentalWarning', main, '--json']
  return spawn(process.execPath, args, { stdio: ['ignore', 'pipe', 'pipe'] })
}

/** What of the demo with this process number is still on the machine. */
function leftBehind(pid: number): string[] {
  const places = { '/run/netns': `skep-${pid}-`, '/sys/fs/bpf': `skep-demo-${pid}`, [tmpdir()]: `skep-demo-${pid}-` }
  return Object.entries(places).flatMap(([folder, prefix]) =>
    readdirSync(folder).filter((name) => name.startsWith(prefix)),
  )
}

test('the demo prints one document, in which nothing failed, and leaves nothing', async () => {
  const child = demo()
  const [stdout, stderr, [code]] = await Promise.all([text(child.stdout!), text(child.stderr!), once(child, 'exit')])
  if (code !== 0) throw new Error(stderr)
  const report = JSON.parse(stdout) as Record<string, unknown>
  const balanced = { requests: 3000, failed: 0, perBackend: expect.any(Object) }
  expect(report).toMatchObject({
    ipv4: balanced,
    ipv6: balanced,
    restart: { requests: expect.any(Number), failed: 0 },
    removeBackend: { backend: 'backend-3', live: { broken: 0 } },
    nsPerPacket: expect.any(Number),
  })
  expect(leftBehind(child.pid!)).toEqual([])
}, 120_000)

test('ended by Ctrl-C in the middle, it leaves nothing and prints no document', async () => {
  const child = demo()
  const stdout = text(child.stdout!)
  const exit = once(child, 'exit')
  await untilLine(child.stderr, /skep-lb starts/, 60_000)
  child.kill('SIGINT')
  const [code, signal] = (await exit) as [number | null, string | null]
  expect([130, 'SIGINT']).toContain(code ?? signal)
  expect(await stdout).toBe('')
  expect(leftBehind(child.pid!)).toEqual([])
}, 120_000)
