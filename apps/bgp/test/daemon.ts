import type { ChildProcess } from 'node:child_process'
import { rmSync } from 'node:fs'
import { basename } from 'node:path'
import { fileURLToPath } from 'node:url'
import type { Host } from '@skep/testbed'

const main = fileURLToPath(new URL('../src/main.ts', import.meta.url))

/** What Node.js is told to run `skep-bgp`. */
export function commandLine(socket: string): string[] {
  return ['--conditions=@skep/source', main, '--socket', socket]
}

/** A daemon that is gone afterwards. */
export function daemon(
  stack: AsyncDisposableStack,
  host: Host,
  file: string,
  args: readonly string[],
): { readonly child: ChildProcess; readonly exited: Promise<unknown> } {
  const child = host.spawn(file, args, { stdio: ['ignore', 'pipe', 'inherit'] })
  const exited = new Promise((resolve) => child.once('exit', resolve))
  stack.defer(async () => {
    child.kill('SIGKILL')
    await exited
    // FRR's, for the last words of one that crashes.
    rmSync(`/var/tmp/frr/${basename(file)}.${child.pid}`, { recursive: true, force: true })
  })
  return { child, exited }
}
