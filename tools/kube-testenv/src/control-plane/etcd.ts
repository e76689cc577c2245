import { join } from 'node:path'
import { programPath } from '../programs/programs.ts'
import { Daemon } from './daemon.ts'

/** etcd on sockets in its own folder: no port, so that any number of them run side by side. */
export function etcd(folder: string): Daemon {
  const [client, peer] = ['unix://client:0', 'unix://peer:0']
  const flags = {
    'data-dir': 'data',
    'listen-client-urls': client,
    'advertise-client-urls': client,
    'listen-peer-urls': peer,
    'initial-advertise-peer-urls': peer,
    'initial-cluster': `default=${peer}`,
    'log-level': 'warn',
    // A test's data need not outlive the machine's power.
    'unsafe-no-fsync': 'true',
  }
  return new Daemon({ name: 'etcd', program: programPath('etcd'), args: flagList(flags), folder })
}

/** Where a client finds it. */
export function etcdUrl(folder: string): string {
  return `unix://${join(folder, 'client:0')}`
}

/** `{ 'bind-address': '::' }` → `--bind-address=::` */
export function flagList(flags: Readonly<Record<string, string>>): string[] {
  return Object.entries(flags).map(([name, value]) => `--${name}=${value}`)
}
