import { spawnSync } from 'node:child_process'
import { once } from 'node:events'
import { chownSync, existsSync, mkdirSync, rmSync, watch, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { type Host, type Need, needs } from '@skep/testbed'
import { first } from './first.ts'

const programs = '/usr/lib/frr'

/** Debian keeps FRR's daemons out of `PATH`. */
export const frrNeeds: readonly Need[] = ['zebra', 'bgpd'].map((name) =>
  needs.feature(name, () => (existsSync(join(programs, name)) ? undefined : `no ${programs}/${name}`)),
)

/** A running FRR. */
export interface Frr extends AsyncDisposable {
  /** What it says to `vtysh -c …`. */
  ask(command: string): Promise<string>
}

/**
 * FRR on a host: zebra, which knows the kernel's routes, and bgpd, with a configuration; bfdd where it has one too. Their
 * sockets lie in a folder of their own. They end when it is disposed of.
 */
export async function frr(host: Host, parent: string, text: string, bfd?: string): Promise<Frr> {
  await using stack = new AsyncDisposableStack()
  const folder = join(parent, host.name)
  mkdirSync(folder)
  const id = (flag: string) => Number(spawnSync('id', [flag, 'frr'], { encoding: 'utf8' }).stdout)
  chownSync(folder, id('-u'), id('-g'))
  // What is another daemon's is an error to it.
  const start = (name: string, configuration: string, more: readonly string[] = []): void => {
    const file = join(folder, `${name}.conf`)
    writeFileSync(file, configuration)
    const own = ['-f', file, '-i', join(folder, `${name}.pid`), '-z', join(folder, 'zserv.api'), '--vty_socket', folder]
    const args = [...own, '-P', '0', '-u', 'frr', '-g', 'frr', ...more]
    const [program, ...words] = first()
    const child = host.spawn(program, [...words, join(programs, name), ...args], { stdio: 'ignore' })
    const ended = once(child, 'exit')
    stack.defer(async () => {
      child.kill('SIGTERM')
      await ended
      // For the last words of one that crashes.
      rmSync(`/var/tmp/frr/${name}.${child.pid}`, { recursive: true, force: true })
    })
  }
  const watcher = watch(folder)
  stack.defer(() => watcher.close())
  const until = async (file: string): Promise<void> => {
    while (!existsSync(join(folder, file))) await once(watcher, 'change')
  }
  start('zebra', '')
  await until('zserv.api')
  if (bfd !== undefined) {
    start('bfdd', bfd, ['--bfdctl', join(folder, 'bfdd.sock')])
    await until('bfdd.vty')
  }
  start('bgpd', text)
  const owned = stack.move()
  return {
    ask: async (command) => (await host.attempt('vtysh', ['--vty_socket', folder, '-c', command])).stdout,
    [Symbol.asyncDispose]: () => owned.disposeAsync(),
  }
}
