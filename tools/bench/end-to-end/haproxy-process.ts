import type { ChildProcess } from 'node:child_process'
import { once } from 'node:events'
import { existsSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { connect } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { text } from 'node:stream/consumers'
import type { Host } from '@skep/testbed'

export const HAPROXY = '/usr/sbin/haproxy'

/** HAProxy in a host, with a configuration; ready when it answers on its socket. */
export class HaproxyProcess implements AsyncDisposable {
  readonly #host: Host
  readonly #folder: string = mkdtempSync(join(tmpdir(), 'skep-bench-'))
  #child?: ChildProcess

  private constructor(host: Host, config: string) {
    this.#host = host
    writeFileSync(this.#config, `global\n  stats socket ${this.#socket} level admin\n${config}`)
  }

  /** `config` follows the `global` section's first lines. */
  static async start(host: Host, config: string): Promise<HaproxyProcess> {
    await using stack = new AsyncDisposableStack()
    const process = stack.use(new HaproxyProcess(host, config))
    await process.start()
    stack.move()
    return process
  }

  async start(): Promise<void> {
    this.#child = this.#host.spawn(HAPROXY, ['-db', '-f', this.#config], { stdio: ['ignore', 'ignore', 'pipe'] })
    const log = text(this.#child.stderr!)
    for (;;) {
      if (this.#child.exitCode !== null) throw new Error(`haproxy did not start: ${await log}`)
      if (existsSync(this.#socket) && (await this.command('show info').catch(() => '')) !== '') return
      await new Promise((resolve) => setTimeout(resolve, 20))
    }
  }

  /** What it answers to a command of its runtime interface. */
  async command(line: string): Promise<string> {
    const socket = connect(this.#socket)
    await once(socket, 'connect')
    socket.end(`${line}\n`)
    return await text(socket)
  }

  /** `kill -9`. */
  async kill(): Promise<void> {
    const child = this.#child
    if (child === undefined || child.exitCode !== null || child.signalCode !== null) return
    const exit = once(child, 'exit')
    child.kill('SIGKILL')
    await exit
    rmSync(this.#socket, { force: true })
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.kill()
    rmSync(this.#folder, { recursive: true, force: true })
  }

  get #config(): string {
    return join(this.#folder, 'haproxy.cfg')
  }

  get #socket(): string {
    return join(this.#folder, 'haproxy.sock')
  }
}
