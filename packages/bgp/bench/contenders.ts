import type { ChildProcess } from 'node:child_process'
import { once } from 'node:events'
import { readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { type Host, untilLine } from '@skep/testbed'
import { mrtDump } from './prefixes.ts'

const TOOL_MS = 900_000

/** A speaker that can be told to announce many routes. */
export interface Contender extends AsyncDisposable {
  readonly pid: number
  /** How many it has taken. */
  announce(count: number): Promise<number>
  withdraw(): Promise<void>
}

/** As `skep-bgp` runs: with the options of the command, and without TypeScript's compiler in memory. */
export async function skep(host: Host): Promise<Contender> {
  const args = [
    ...commandOptions(),
    '--conditions=@skep/source',
    fileURLToPath(new URL('announcer.ts', import.meta.url)),
  ]
  const env = { ...process.env, NODE_COMPILE_CACHE: process.env['NODE_COMPILE_CACHE'] ?? join(tmpdir(), 'skep-bench') }
  // What the first one compiles is in the cache for the second.
  const start = (): ChildProcess => host.spawn(process.execPath, args, { stdio: ['pipe', 'pipe', 'inherit'], env })
  const first = start()
  first.stdin!.end()
  await once(first, 'exit')
  const child = start()
  const exited = once(child, 'exit')
  await untilLine(child.stdout!, /^ready$/)
  const say = (line: string): Promise<void> =>
    new Promise((resolve) => child.stdin!.write(`${line}\n`, () => resolve()))
  return {
    pid: child.pid!,
    announce: async (count) => {
      await say(`announce ${count}`)
      return count
    },
    withdraw: () => say('withdraw'),
    [Symbol.asyncDispose]: async () => {
      child.kill('SIGKILL')
      await exited
    },
  }
}

/** As the first line of the command has them. */
function commandOptions(): string[] {
  const [first = ''] = readFileSync(new URL('../../../apps/bgp/bin/skep-bgp.js', import.meta.url), 'utf8').split('\n')
  return first.split(' ').filter((word) => word.startsWith('--'))
}

export async function gobgp(host: Host): Promise<Contender> {
  const path = join(tmpdir(), `skep-bgp-bench-${process.pid}`)
  writeFileSync(
    `${path}.toml`,
    `[global.config]
  as = 65001
  router-id = "10.0.0.1"
  local-address-list = ["10.0.0.1"]
[[neighbors]]
  [neighbors.config]
    neighbor-address = "10.0.0.254"
    peer-as = 65000
  [neighbors.transport.config]
    passive-mode = true
`,
  )
  const child = host.spawn('gobgpd', ['-f', `${path}.toml`], { stdio: 'ignore' })
  const exited = new Promise((resolve) => child.once('exit', resolve))
  while ((await host.attempt('gobgp', ['global'])).code !== 0);
  return {
    pid: child.pid!,
    announce: async (count) => {
      writeFileSync(`${path}.mrt`, mrtDump(count, '10.0.0.1'))
      await host.attempt('gobgp', ['mrt', 'inject', 'global', `${path}.mrt`], { timeoutMs: TOOL_MS })
      // Its tool ends before the last few hundred are on their way.
      const { stdout } = await host.attempt('gobgp', ['global', 'rib', 'summary'])
      return Number(/Destination: (\d+)/.exec(stdout)?.[1])
    },
    withdraw: async () =>
      void (await host.attempt('gobgp', ['global', 'rib', 'del', 'all', '-a', 'ipv4'], { timeoutMs: TOOL_MS })),
    [Symbol.asyncDispose]: async () => {
      child.kill('SIGKILL')
      await exited
      for (const end of ['toml', 'mrt']) rmSync(`${path}.${end}`, { force: true })
    },
  }
}
