import type { ChildProcess } from 'node:child_process'
import { once } from 'node:events'
import { chmodSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import type { ExecResult } from 'netlink-ts'
import { type Host, ownName, untilLine } from '@skep/testbed'
import type { Status } from '../src/status/status.ts'

/** A started process is ready in half the time when its modules were compiled before. */
process.env['NODE_COMPILE_CACHE'] ??= fileURLToPath(new URL('../../../.cache/node', import.meta.url))

const main = fileURLToPath(new URL('../src/main.ts', import.meta.url))
let count = 0

/** `skep-lb` as its users have it: a process of its own, in a host's network namespace. */
export class SkepLb implements AsyncDisposable {
  readonly host: Host
  readonly bpfRoot: string
  readonly folder: string
  readonly instance: string
  child?: ChildProcess
  /** What `run` is started by: `['strace', '-D', …]`. */
  wrapper: readonly string[] = []

  private constructor(host: Host, bpfRoot: string, folder: string, instance: string) {
    this.host = host
    this.bpfRoot = bpfRoot
    this.folder = folder
    this.instance = instance
  }

  /** An instance with a pin root and a run folder of its own; disposing of it kills and uninstalls it. */
  static on(host: Host, instance = 'default'): SkepLb {
    const folder = mkdtempSync(join(tmpdir(), 'skep-lb-test-'))
    chmodSync(folder, 0o755)
    return new SkepLb(host, `/sys/fs/bpf/${ownName('skep-test')}-${++count}`, folder, instance)
  }

  /** Another instance below the same roots. */
  sibling(instance: string, host: Host = this.host): SkepLb {
    return new SkepLb(host, this.bpfRoot, this.folder, instance)
  }

  get pins(): string {
    return join(this.bpfRoot, this.instance)
  }

  get configFile(): string {
    return join(this.folder, `${this.instance}.yaml`)
  }

  configure(text: string): void {
    writeFileSync(this.configFile, text)
  }

  /** Starts `run` and returns when it is ready. */
  async start(config?: string, ...options: string[]): Promise<void> {
    if (config !== undefined) this.configure(config)
    this.spawn(...options)
    let log = ''
    this.child?.stderr?.on('data', (chunk: Buffer) => (log += chunk.toString()))
    await untilLine(this.child?.stdout ?? null, /^ready/).catch((cause: unknown) => {
      throw new Error(`skep-lb did not start: ${log}`, { cause })
    })
  }

  /** Starts `run` and returns at once. */
  spawn(...options: string[]): ChildProcess {
    const run = [process.execPath, ...this.#command('run', '--config', this.configFile, ...options)]
    const [file = '', ...args] = [...this.wrapper, ...run]
    this.child = this.host.spawn(file, args, { stdio: ['ignore', 'pipe', 'pipe'] })
    return this.child
  }

  /** Sends a signal and returns when the process has ended. */
  async end(signal: NodeJS.Signals): Promise<void> {
    const child = this.child
    if (child === undefined || child.exitCode !== null || child.signalCode !== null) return
    const exit = once(child, 'exit')
    child.kill(signal)
    await exit
  }

  /** Has the configuration read again; returns the line that tells what came of it. */
  async reload(config: string, expected: 'reloaded' | 'refused' = 'reloaded'): Promise<string> {
    this.configure(config)
    const child = this.child!
    const line = untilLine(expected === 'reloaded' ? child.stdout : child.stderr, new RegExp(`^${expected}`))
    child.kill('SIGHUP')
    return await line
  }

  async status(): Promise<Status> {
    const { stdout, stderr } = await this.command('status', '--json')
    if (stdout === '') throw new Error(stderr)
    return JSON.parse(stdout) as Status
  }

  /** `skep-lb` with these words alone. */
  plain(...words: string[]): Promise<ExecResult> {
    return this.host.attempt(process.execPath, ['--conditions=@skep/source', main, ...words])
  }

  /** A command of several words (`get services`) about this instance. */
  words(...words: string[]): Promise<ExecResult> {
    return this.host.attempt(process.execPath, this.invocation(...words))
  }

  /** What `node` is started with for a command of several words about this instance. */
  invocation(...words: string[]): string[] {
    const roots = ['--instance', this.instance, '--bpf-root', this.bpfRoot, '--run-dir', join(this.folder, 'run')]
    return ['--conditions=@skep/source', '--disable-warning=ExperimentalWarning', main, ...words, ...roots]
  }

  /** The next line of the log that matches. */
  untilLogged(pattern: RegExp): Promise<string> {
    return untilLine(this.child?.stderr ?? null, pattern)
  }

  /** As {@link command}, without any capability; still the owner of its files, wherever the checkout lies. */
  unprivileged(verb: string, ...options: string[]): Promise<ExecResult> {
    const none = ['--bounding-set=-all', '--inh-caps=-all']
    return this.host.attempt('setpriv', [...none, process.execPath, ...this.#command(verb, ...options)])
  }

  /** As {@link command}, entered by `ip netns exec`: with mounts of its own. */
  byIpNetnsExec(verb: string, ...options: string[]): Promise<ExecResult> {
    const inside = ['netns', 'exec', this.host.namespace.name ?? '', process.execPath]
    return this.host.attempt('ip', [...inside, ...this.#command(verb, ...options)])
  }

  /** Runs another command of skep-lb to its end. */
  command(verb: string, ...options: string[]): Promise<ExecResult> {
    return this.host.attempt(process.execPath, this.#command(verb, ...options))
  }

  /** Starts another command of skep-lb; its output is piped. */
  spawnCommand(verb: string, ...options: string[]): ChildProcess {
    return this.host.spawn(process.execPath, this.#command(verb, ...options), { stdio: ['ignore', 'pipe', 'pipe'] })
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.end('SIGKILL')
    const { code, stderr } = await this.command('uninstall')
    if (code !== 0) throw new Error(`uninstall: ${stderr}`)
    rmSync(this.configFile, { force: true })
    if (readdirSync(this.folder).length === 0) rmSync(this.folder, { recursive: true })
  }

  #command(verb: string, ...options: string[]): string[] {
    return [...this.invocation(verb), ...options]
  }
}
