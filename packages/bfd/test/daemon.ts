import { chmodSync, chownSync, existsSync, mkdirSync, mkdtempSync, rmSync, watch, writeFileSync } from 'node:fs'
import { spawnSync } from 'node:child_process'
import { once } from 'node:events'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as delay } from 'node:timers/promises'
import { type Host, type Need, needs } from '@skep/testbed'

/** A session of a peer, as its own status output has it. */
export interface PeerSession {
  readonly peer: string
  readonly state: string
  /** Why it was down last; where the peer tells it. */
  readonly diagnostic?: string
}

/** A session that a peer is to have. Both sides are `every` × 3. */
export interface PeerSpec {
  readonly peer: string
  readonly local: string
  readonly multihop: boolean
  readonly everyMs: number
}

/** A BFD implementation that is not ours, on a host. */
export interface Daemon extends AsyncDisposable {
  readonly sessions: () => Promise<PeerSession[]>
  /** Administratively down and up again, by its own command; undefined where it has none. */
  readonly shutdown?: (peer: string, isDown: boolean) => Promise<void>
}

export interface DaemonKind {
  readonly name: string
  readonly needs: readonly Need[]
  /** Time to live of its multihop packets. */
  readonly multihopHops: number
  /** `before`: words in front of the program's, like `chrt --rr 1`. */
  readonly start: (host: Host, specs: readonly PeerSpec[], before?: readonly string[]) => Promise<Daemon>
}

const programs = '/usr/lib/frr'
/** Between two looks at a status that tells no events. */
const LOOK_MS = 20

/** Resolves with the peer's session as soon as it is in the state. */
export async function untilPeer(daemon: Daemon, peer: string, state: string): Promise<PeerSession> {
  for (;;) {
    const found = (await daemon.sessions()).find((each) => each.peer === peer)
    if (found?.state === state) return found
    await delay(LOOK_MS)
  }
}

function feature(path: string): Need {
  return needs.feature(path.split('/').at(-1)!, () => (existsSync(path) ? undefined : `no ${path}`))
}

function folder(): { readonly path: string } & Disposable {
  const path = mkdtempSync(join(tmpdir(), 'skep-bfd-'))
  chmodSync(path, 0o755)
  return { path, [Symbol.dispose]: () => rmSync(path, { recursive: true, force: true }) }
}

/** FRR: zebra, which knows the interfaces, and bfdd. */
export const frr: DaemonKind = {
  name: 'FRR',
  multihopHops: 255,
  needs: [feature(`${programs}/zebra`), feature(`${programs}/bfdd`), needs.binary('vtysh')],
  start: async (host, specs, before = []) => {
    await using stack = new AsyncDisposableStack()
    const { path } = stack.use(folder())
    const run = join(path, 'run')
    mkdirSync(run)
    const id = (flag: string) => Number(spawnSync('id', [flag, 'frr'], { encoding: 'utf8' }).stdout)
    chownSync(run, id('-u'), id('-g'))
    const zserv = join(run, 'zserv.api')
    const watcher = watch(run)
    stack.defer(() => watcher.close())
    const start = async (name: string, config: string, ready: string, more: readonly string[] = []) => {
      const file = join(path, `${name}.conf`)
      writeFileSync(file, config)
      const own = ['-f', file, '-i', join(run, `${name}.pid`), '-z', zserv, '--vty_socket', run, '-P', '0']
      const [first, ...words] = [...before, join(programs, name), ...own, '-u', 'frr', '-g', 'frr', ...more]
      const child = host.spawn(first!, words, { stdio: 'ignore' })
      const ended = once(child, 'exit')
      stack.defer(async () => {
        child.kill('SIGTERM')
        await ended
      })
      while (!existsSync(ready)) await once(watcher, 'change')
    }
    await start('zebra', '', zserv)
    await start('bfdd', frrConfig(specs), join(run, 'bfdd.vty'), ['--bfdctl', join(run, 'bfdd.sock')])
    const vtysh = (...commands: string[]) =>
      host.exec('vtysh', '--vty_socket', run, ...commands.flatMap((command) => ['-c', command]))
    const moved = stack.move()
    return {
      sessions: async () => {
        const all = JSON.parse(await vtysh('show bfd peers json')) as {
          peer: string
          status: string
          diagnostic: string
        }[]
        return all.map(({ peer, status, diagnostic }) => ({ peer, state: status, diagnostic }))
      },
      shutdown: async (peer, isDown) => {
        const spec = specs.find((each) => each.peer === peer)!
        await vtysh('configure terminal', 'bfd', frrPeer(spec), isDown ? 'shutdown' : 'no shutdown')
      },
      [Symbol.asyncDispose]: () => moved[Symbol.asyncDispose](),
    }
  },
}

function frrConfig(specs: readonly PeerSpec[]): string {
  const peers = specs.map(
    (spec) => ` ${frrPeer(spec)}
  detect-multiplier 3
  receive-interval ${spec.everyMs}
  transmit-interval ${spec.everyMs}
  ${spec.multihop ? 'minimum-ttl 200' : ''}
  no shutdown
 exit`,
  )
  return `bfd\n${peers.join('\n')}\nexit\n`
}

function frrPeer({ peer, local, multihop }: PeerSpec): string {
  return multihop
    ? `peer ${peer} multihop local-address ${local}`
    : `peer ${peer} local-address ${local} interface eth0`
}

/** BIRD 2. */
export const bird: DaemonKind = {
  name: 'BIRD',
  // The system's: BIRD 2.0 sets 255 only where no router is on the way.
  multihopHops: 64,
  needs: [needs.binary('bird'), needs.binary('birdc')],
  start: async (host, specs, before = []) => {
    await using stack = new AsyncDisposableStack()
    const { path } = stack.use(folder())
    const [file, control] = [join(path, 'bird.conf'), join(path, 'bird.ctl')]
    writeFileSync(file, birdConfig(specs))
    const watcher = watch(path)
    stack.defer(() => watcher.close())
    const [first, ...words] = [...before, 'bird', '-f', '-c', file, '-s', control]
    const child = host.spawn(first!, words, { stdio: 'ignore' })
    const ended = once(child, 'exit')
    stack.defer(async () => {
      child.kill('SIGTERM')
      await ended
    })
    while (!existsSync(control)) await once(watcher, 'change')
    const moved = stack.move()
    return {
      sessions: async () => {
        const text = await host.exec('birdc', '-r', '-s', control, 'show bfd sessions')
        // IP address, interface, state, since, interval, timeout; below the protocol's name and a headline.
        const rows = text.split('\n').map((line) => line.trim().split(/\s+/))
        return rows
          .filter(([peer, , state]) => peer !== undefined && /[.:]/.test(peer) && state !== undefined)
          .map(([peer, , state]) => ({ peer: peer!, state: state!.toLowerCase() }))
      },
      [Symbol.asyncDispose]: () => moved[Symbol.asyncDispose](),
    }
  },
}

function birdConfig(specs: readonly PeerSpec[]): string {
  const every = `min rx interval ${specs[0]!.everyMs} ms; min tx interval ${specs[0]!.everyMs} ms; multiplier 3;`
  const neighbors = specs.map(({ peer, local, multihop }) =>
    multihop
      ? `  neighbor ${peer} local ${local} multihop on;`
      : `  neighbor ${peer} dev "eth0" local ${local} multihop off;`,
  )
  return `router id 10.9.9.9;
protocol device {}
protocol bfd {
  interface "eth0" { ${every} };
  multihop { ${every} };
${neighbors.join('\n')}
}
`
}
