import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { type Host, untilLine } from '@skep/testbed'

export interface KeepalivedOptions {
  readonly priority: number
  readonly addresses: readonly string[]
  /** More lines for its `vrrp_instance`. */
  readonly more?: string
}

/** keepalived with one virtual router, number 51, every 0.2 s, on eth0 of a host. */
export class Keepalived implements AsyncDisposable {
  readonly #child: ChildProcess
  readonly #folder: string
  readonly #host: Host
  readonly #addresses: readonly string[]

  constructor(host: Host, { priority, addresses, more = '' }: KeepalivedOptions) {
    this.#host = host
    this.#addresses = addresses
    this.#folder = mkdtempSync(join(tmpdir(), 'skep-vrrp-'))
    const file = join(this.#folder, 'keepalived.conf')
    const each = addresses.map((address) => `    ${address}/${address.includes(':') ? 128 : 32} dev eth0`).join('\n')
    writeFileSync(
      file,
      `global_defs {
  vrrp_version 3
}
vrrp_instance one {
  interface eth0
  virtual_router_id 51
  priority ${priority}
  advert_int 0.2
  ${more}
  virtual_ipaddress {
${each}
  }
}
`,
    )
    const pids = ['-p', join(this.#folder, 'pid'), '-r', join(this.#folder, 'vrrp-pid')]
    // A process group of its own: it is killed with its child, as when the host dies.
    this.#child = host.run(() =>
      spawn('keepalived', ['-n', '-l', '-D', '-P', '-f', file, ...pids], {
        detached: true,
        stdio: ['ignore', 'pipe', 'pipe'],
      }),
    )
  }

  /** It says this from now on. */
  until(state: 'MASTER' | 'BACKUP'): Promise<string> {
    return this.untilSaid(new RegExp(`Entering ${state} STATE`))
  }

  /** It backs down: it says so first, and takes its addresses away after that. */
  async untilReleased(): Promise<void> {
    await using monitor = this.#host.netlink.monitor(['address'])
    await this.until('BACKUP')
    if (this.#left().length === 0) return
    for await (const _ of monitor) if (this.#left().length === 0) return
  }

  untilSaid(pattern: RegExp): Promise<string> {
    return Promise.any([untilLine(this.#child.stdout, pattern), untilLine(this.#child.stderr, pattern)])
  }

  /** `SIGKILL`: it says nothing to anybody any more. */
  async end(signal: 'SIGTERM' | 'SIGKILL'): Promise<void> {
    if (this.#child.exitCode !== null || this.#child.signalCode !== null) return
    const exit = once(this.#child, 'exit')
    process.kill(signal === 'SIGKILL' ? -this.#child.pid! : this.#child.pid!, signal)
    await exit
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.end('SIGTERM')
    rmSync(this.#folder, { recursive: true })
    // When it was killed its addresses are still there.
    for (const address of this.#left()) this.#host.netlink.address.delete({ device: 'eth0', address })
  }

  #left(): string[] {
    const all = [...this.#host.netlink.address.list({ device: 'eth0' })].map(({ address }) => address)
    return all.filter((each) => this.#addresses.includes(each.split('/')[0]!))
  }
}
