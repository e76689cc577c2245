import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdtempSync, rmSync } from 'node:fs'
import { availableParallelism, tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as delay } from 'node:timers/promises'
import { describe, expect } from '@jest/globals'
import { needing, needs, topology } from '@skep/testbed'
import { bird, type Daemon, frr, untilPeer } from '../test/daemon.ts'
import { slowness } from '../test/patience.ts'
import { bfdCommand, startBfdProcess } from './index.ts'

const EVERY_MS = 50 * slowness
/** The router's machine has a processor for it; here it shares ours. */
const first = ['chrt', '--rr', '1']
const [us, router] = ['10.9.0.1', '10.9.0.2']

/** Four programs for each processor that do nothing but use it, each in a session of its own, as if by different users. */
function hogs(): AsyncDisposable {
  const children: ChildProcess[] = Array.from({ length: 4 * availableParallelism() }, () =>
    spawn('timeout', ['60', 'sh', '-c', 'while :; do :; done'], { stdio: 'ignore', detached: true }),
  )
  return {
    [Symbol.asyncDispose]: async () => {
      const ended = children.map((child) => once(child, 'exit'))
      for (const { pid } of children) process.kill(-pid!, 'SIGKILL')
      await Promise.all(ended)
    },
  }
}

describe.each([frr, bird].map((kind) => ({ kind, name: kind.name })))('$name', ({ kind }) => {
  const { test } = needing(needs.root, needs.binary('chrt'), ...kind.needs)

  test('a busy host flaps nothing of 3 × 50 ms', async () => {
    await using stack = new AsyncDisposableStack()
    const net = stack.use(await topology({ us: `${us}/24`, router: `${router}/24` }))
    const folder = mkdtempSync(join(tmpdir(), 'skep-bfd-'))
    stack.defer(() => rmSync(folder, { recursive: true }))
    const daemon: Daemon = stack.use(
      await kind.start(net.router, [{ peer: us, local: router, multihop: false, everyMs: EVERY_MS }], first),
    )
    const bfd = await startBfdProcess({
      socket: join(folder, 'bfd.sock'),
      command: ['nsenter', `--net=${net.us.namespace.path}`, ...bfdCommand()],
      orphanSeconds: 60,
    })
    stack.defer(() => bfd.stop())
    bfd.apply([{ peer: router, source: us, device: 'eth0', transmitMs: EVERY_MS, receiveMs: EVERY_MS }])
    await untilPeer(daemon, us, 'up')
    const before = (await bfd.ask())[0]!.counters
    await using _load = hogs()
    const wanted = before.received + 100
    while ((await bfd.ask())[0]!.counters.received < wanted) await delay(100)
    expect((await bfd.ask())[0]).toMatchObject({ state: { name: 'up' }, counters: { downs: before.downs } })
    expect(await untilPeer(daemon, us, 'up')).toMatchObject({ state: 'up' })
  }, 60_000)
})
