import { spawnSync } from 'node:child_process'
import { once } from 'node:events'
import { chownSync, existsSync, mkdirSync, rmSync, watch, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { type Host, type Need, needs } from '@skep/testbed'

const programs = '/usr/lib/frr'

/** Debian keeps FRR's daemons out of `PATH`. */
export const frrNeeds: readonly Need[] = ['zebra', 'bgpd'].map((name) =>
  needs.feature(name, () => (existsSync(join(programs, name)) ? undefined : `no ${programs}/${name}`)),
)

/**
 * FRR on a host: zebra, which knows the kernel's routes, and bgpd; the configuration goes to both, as vtysh would give it.
 * Their sockets lie in a folder of their own. They end when it is disposed of.
 */
export async function frr(host: Host, parent: string, text: string): Promise<AsyncDisposable> {
  await using stack = new AsyncDisposableStack()
  const folder = join(parent, host.name)
  mkdirSync(folder)
  const id = (flag: string) => Number(spawnSync('id', [flag, 'frr'], { encoding: 'utf8' }).stdout)
  chownSync(folder, id('-u'), id('-g'))
  const start = (name: string): void => {
    const file = join(folder, `${name}.conf`)
    // What is another daemon's is an error to it.
    writeFileSync(file, name === 'bgpd' ? text : '')
    const own = ['-f', file, '-i', join(folder, `${name}.pid`), '-z', join(folder, 'zserv.api'), '--vty_socket', folder]
    const child = host.spawn(join(programs, name), [...own, '-P', '0', '-u', 'frr', '-g', 'frr'], { stdio: 'ignore' })
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
  start('zebra')
  while (!existsSync(join(folder, 'zserv.api'))) await once(watcher, 'change')
  start('bgpd')
  return stack.move()
}
