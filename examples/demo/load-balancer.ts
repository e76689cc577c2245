import { type ChildProcess, spawnSync } from 'node:child_process'
import { once } from 'node:events'
import { existsSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as delay } from 'node:timers/promises'
import { fileURLToPath } from 'node:url'
import { askBfdProcess } from '@skep/bfd'
import { type Host, type Lifetime, ownName, undoAtExit, untilLine } from '@skep/testbed'
import { configText } from './config.ts'
import type { Status } from './status.ts'

const main = fileURLToPath(new URL('../../apps/lb/src/main.ts', import.meta.url))

const WATCHED_MS = 60_000
const LOOK_MS = 50

/** The real `skep-lb`, as a process in the load balancer's namespace. Disposing of it uninstalls it. */
export class LoadBalancer implements Lifetime {
  readonly #folder: string = mkdtempSync(join(tmpdir(), `skep-demo-${process.pid}-`))
  readonly #host: Host
  readonly #forget: () => void
  #child?: ChildProcess

  constructor(host: Host) {
    this.#host = host
    this.#forget = undoAtExit(this)
  }

  /** Writes the configuration with the backends of these numbers. */
  configure(numbers: readonly number[]): void {
    this.write(configText(numbers))
  }

  /** Writes another configuration. */
  write(config: string): void {
    writeFileSync(this.#config, config)
  }

  /** What `skep-lb check` has against the configuration; `undefined` when nothing. */
  async refusal(): Promise<string | undefined> {
    const command = [...this.#command('check'), '--config', this.#config]
    const { code, stdout, stderr } = await this.#host.attempt(process.execPath, command)
    return code === 0 ? undefined : (stderr || stdout).trim()
  }

  /** Starts `skep-lb run` and waits until it is ready, and has logged this. */
  async start(logged?: RegExp): Promise<void> {
    const command = [...this.#command('run'), '--config', this.#config]
    this.#child = this.#host.spawn(process.execPath, command, { stdio: ['ignore', 'pipe', 'pipe'] })
    const ready = untilLine(this.#child.stdout, /^ready/)
    let log = ''
    this.#child.stderr?.on('data', (chunk: Buffer) => (log += chunk.toString()))
    const told = logged && untilLine(this.#child.stderr, logged)
    await Promise.all([ready, told]).catch((error: unknown) => {
      throw new Error(`skep-lb did not start: ${log}`, { cause: error })
    })
  }

  /** `kill -9`, or another signal; until the process has ended. */
  async kill(signal: NodeJS.Signals = 'SIGKILL'): Promise<void> {
    await this.#ended((child) => child.kill(signal))
  }

  /** What a machine leaves that loses its power: no process, nothing in the kernel, an empty `/run`. */
  async crash(): Promise<void> {
    await this.#ended(() => this.#host.killAll())
    rmSync(this.#pins, { recursive: true, force: true })
    rmSync(this.#run, { recursive: true, force: true })
  }

  /** Has the process read its configuration again; resolves with the share of a service's ring that moved. */
  async reload(frontend: string): Promise<number> {
    const moved = untilLine(
      this.#running.stderr,
      new RegExp(`"frontend":"${frontend.replaceAll(/[.[\]]/g, String.raw`\$&`)}".*"moved"`),
    )
    await this.apply()
    return (JSON.parse(await moved) as { moved: number }).moved
  }

  /** Has the process read its configuration again (SIGHUP). */
  async apply(): Promise<void> {
    const reloaded = untilLine(this.#running.stdout, /^reloaded/)
    this.#running.kill('SIGHUP')
    await reloaded
  }

  /** Until BFD watches the ways to all routers that it is to watch. */
  async watched(): Promise<void> {
    const end = performance.now() + WATCHED_MS
    for (;;) {
      const sessions = await askBfdProcess(join(this.#run, 'default', 'bfd.sock'))
      if (sessions?.length && sessions.every(({ state }) => state.name === 'up')) return
      if (performance.now() > end) throw new Error(`no BFD after ${WATCHED_MS / 1000} s: ${JSON.stringify(sessions)}`)
      await delay(LOOK_MS)
    }
  }

  /** What `skep-lb status --json` prints. */
  async status(): Promise<Status> {
    const command = [...this.#command('status'), '--json']
    const { code, stdout, stderr } = await this.#host.attempt(process.execPath, command)
    if (code !== 0) throw new Error(`skep-lb status failed: ${stderr}`)
    return JSON.parse(stdout) as Status
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#forget()
    await this.kill()
    this[Symbol.dispose]()
  }

  [Symbol.dispose](): void {
    this.#child?.kill('SIGKILL')
    if (existsSync(this.#run)) this.#uninstall()
    rmSync(this.#folder, { recursive: true, force: true })
  }

  #uninstall(): void {
    // In a session of its own: Ctrl-C goes to all processes of the terminal, and this one must finish.
    const options = { encoding: 'utf8', detached: true } as const
    const { status, stderr } = this.#host.run(() => spawnSync(process.execPath, this.#command('uninstall'), options))
    if (status !== 0) throw new Error(`skep-lb uninstall failed: ${stderr}`)
  }

  async #ended(by: (child: ChildProcess) => void): Promise<void> {
    const child = this.#child
    if (child === undefined || child.exitCode !== null || child.signalCode !== null) return
    const exit = once(child, 'exit')
    by(child)
    await exit
  }

  get #running(): ChildProcess {
    if (this.#child === undefined) throw new Error('skep-lb is not running')
    return this.#child
  }

  get #config(): string {
    return join(this.#folder, 'lb.yaml')
  }

  get #pins(): string {
    return `/sys/fs/bpf/${ownName('skep-demo')}-${this.#host.name}`
  }

  get #run(): string {
    return join(this.#folder, 'run')
  }

  #command(verb: string): string[] {
    const roots = ['--bpf-root', this.#pins, '--run-dir', this.#run]
    return ['--conditions=@skep/source', '--disable-warning=ExperimentalWarning', main, verb, ...roots]
  }
}
