import type { ChildProcess } from 'node:child_process'
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
  })
  return { child, exited }
}
