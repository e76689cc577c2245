import type { ChildProcess } from 'node:child_process'
import { once } from 'node:events'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { createInterface } from 'node:readline'
import { fileURLToPath } from 'node:url'
import type { Host } from '@skep/testbed'
import { configText } from './config.ts'

const main = fileURLToPath(new URL('../../apps/lb/src/main.ts', import.meta.url))

/** The real `skep-lb`, as a process in the load balancer's namespace. Disposing of it uninstalls it. */
export class LoadBalancer implements AsyncDisposable {
  readonly folder: string = mkdtempSync(join(tmpdir(), 'skep-demo-'))
  readonly bpfRoot: string = `/sys/fs/bpf/skep-demo-${process.pid}`
  readonly #host: Host
  #child: ChildProcess | undefined
  #said: string[] = []
  readonly #waiting = new Set<() => void>()

  constructor(host: Host) {
    this.#host = host
  }

  /** Writes the configuration with the backends of these numbers. */
  configure(numbers: readonly number[]): void {
    writeFileSync(this.#config, configText(numbers))
  }

  /** Starts `skep-lb run` and waits until it says that it is ready. */
  async start(): Promise<void> {
    const command = [...this.#command('run'), '--config', this.#config]
    const child = this.#host.spawn(process.execPath, command, { stdio: ['ignore', 'pipe', 'pipe'] })
    this.#child = child
    this.#said = []
    for (const stream of [child.stdout, child.stderr])
      if (stream) createInterface(stream).on('line', (line) => this.#hear(line))
    child.once('exit', () => this.#wake())
    await this.#saying('ready')
  }

  /** `kill -9`. */
  async kill(): Promise<void> {
    const child = this.#child
    if (child?.exitCode !== null) return
    const exit = once(child, 'exit')
    child.kill('SIGKILL')
    await exit
  }

  /** Has the running process read its configuration again, and waits until it has applied it. */
  async reload(): Promise<void> {
    this.#said = []
    this.#child?.kill('SIGHUP')
    await this.#saying('reloaded')
  }

  /** What `skep-lb status --json` prints. */
  async status(): Promise<unknown> {
    return JSON.parse(await this.#run('status', '--json'))
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.kill()
    await this.#run('uninstall')
    rmSync(this.folder, { recursive: true })
  }

  get #config(): string {
    return join(this.folder, 'lb.yaml')
  }

  #command(verb: string): string[] {
    const state = ['--bpf-root', this.bpfRoot, '--run-dir', join(this.folder, 'run')]
    return ['--conditions=@skep/source', '--disable-warning=ExperimentalWarning', main, verb, ...state]
  }

  async #run(verb: string, ...options: string[]): Promise<string> {
    const { code, stdout, stderr } = await this.#host.attempt(process.execPath, [...this.#command(verb), ...options])
    if (code !== 0) throw new Error(`skep-lb ${verb} failed (${code}): ${stderr}${stdout}`)
    return stdout
  }

  #hear(line: string): void {
    this.#said.push(line)
    this.#wake()
  }

  #wake(): void {
    for (const wake of this.#waiting) wake()
  }

  async #saying(word: string): Promise<void> {
    while (!this.#said.some((line) => line.startsWith(word))) {
      if (this.#child?.exitCode !== null || this.#child.signalCode !== null)
        throw new Error(`skep-lb ended before it was ${word}:\n${this.#said.join('\n')}`)
      const { promise, resolve } = Promise.withResolvers<void>()
      this.#waiting.add(resolve)
      await promise
      this.#waiting.delete(resolve)
    }
  }
}
