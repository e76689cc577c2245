import type { ChildProcess, SpawnOptions } from 'node:child_process'
import { spawn } from 'node:child_process'
import { closeSync, existsSync, globSync, openSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { setTimeout as delay } from 'node:timers/promises'
import { KubeTestEnvError } from '../error.ts'
import { patient } from '../patience.ts'

export interface DaemonOptions {
  /** For errors, and the name of its log: `kube-apiserver`. */
  readonly name: string
  readonly program: string
  readonly args: readonly string[]
  /** Where it runs and where its log is. */
  readonly folder: string
  /** Asked again and again until it is true. Without it, a daemon that has started is ready. */
  readonly ready?: () => Promise<boolean>
  /** Starts it elsewhere: in a namespace. */
  readonly spawn?: (command: string, args: readonly string[], options: SpawnOptions) => ChildProcess
}

/** A daemon that takes longer has hung. */
const readyWithinMs = patient(90_000)
const endsWithinMs = patient(20_000)

/** A program that runs until it is told to end. It dies with this process, however that ends (prctl(2), PR_SET_PDEATHSIG). */
export class Daemon implements AsyncDisposable {
  readonly name: string
  readonly log: string
  readonly #options: DaemonOptions
  #child: ChildProcess | undefined
  #wanted = false
  #ended: Promise<void> = Promise.resolve()

  constructor(options: DaemonOptions) {
    this.#options = options
    this.name = options.name
    this.log = join(options.folder, `${options.name}.log`)
  }

  get running(): boolean {
    return this.#child !== undefined
  }

  get pid(): number | undefined {
    return this.#child?.pid
  }

  /** Starts it, unless it runs. */
  launch(): void {
    if (this.#child) return
    this.#wanted = true
    const { program, args, folder } = this.#options
    const log = openSync(this.log, 'a')
    try {
      const start = this.#options.spawn ?? ((command, words, options) => spawn(command, [...words], options))
      const child = start('setpriv', ['--pdeathsig', 'KILL', program, ...args], {
        cwd: folder,
        stdio: ['ignore', log, log],
      })
      this.#child = child
      this.#ended = new Promise<void>((resolve) => {
        child.once('exit', () => resolve()).once('error', () => resolve())
      }).then(() => {
        if (this.#child === child) this.#child = undefined
      })
    } finally {
      closeSync(log)
    }
  }

  /** Starts it, and waits until it is ready. Throws {@link KubeTestEnvError} with the end of its log. */
  async start(): Promise<void> {
    this.launch()
    await this.ready()
  }

  /** Resolves when it is ready. Throws {@link KubeTestEnvError} with the end of its log if it ends before that, or takes too long. */
  async ready(): Promise<void> {
    const start = Date.now()
    for (let pause = 20; !((await this.#options.ready?.()) ?? true); pause = Math.min(pause * 1.5, 250)) {
      if (!this.running) throw this.#failed('ended before it was ready')
      if (Date.now() - start > readyWithinMs) throw this.#failed(`was not ready within ${readyWithinMs / 1000} s`)
      await Promise.race([delay(pause, undefined, { ref: true }), this.#ended])
    }
  }

  /** Asks it to end (SIGTERM) and waits until it has; one that does not is killed. */
  async stop(signal: NodeJS.Signals = 'SIGTERM'): Promise<void> {
    this.#wanted = false
    const child = this.#child
    if (!child) return
    child.kill('SIGCONT')
    child.kill(signal)
    const timer = setTimeout(() => child.kill('SIGKILL'), endsWithinMs)
    await this.#ended
    clearTimeout(timer)
  }

  /** Ends it at once, as a crash would (SIGKILL). */
  async kill(): Promise<void> {
    this.killAtOnce()
    await this.#ended
  }

  /** The part of {@link kill} that needs no waiting. */
  killAtOnce(): void {
    this.#wanted = false
    this.#child?.kill('SIGKILL')
  }

  /** Throws {@link KubeTestEnvError} with the end of its log if it has ended. */
  assertRunning(): void {
    if (!this.running) throw this.#failed('has ended')
  }

  /** What to know of it when something else fails: that it has ended though nobody asked it to. */
  crash(): string | undefined {
    if (!this.#wanted || this.running) return undefined
    return `${this.name} has ended; the end of its log:\n${this.lastLines()}`
  }

  async restart(): Promise<void> {
    await this.stop()
    await this.start()
  }

  /** It hangs: connections stay open, nothing is answered (SIGSTOP). Resolves when all of its threads stand still. */
  async pause(): Promise<void> {
    this.#child?.kill('SIGSTOP')
    while (this.pid !== undefined && this.running && !standsStill(this.pid)) await delay(5)
  }

  /** After {@link pause}. */
  resume(): void {
    this.#child?.kill('SIGCONT')
  }

  /** The last lines that it wrote. */
  lastLines(count = 15): string {
    if (!existsSync(this.log)) return ''
    return readFileSync(this.log, 'utf8').trimEnd().split('\n').slice(-count).join('\n')
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.kill()
  }

  #failed(what: string): KubeTestEnvError {
    return new KubeTestEnvError(
      'NOT_RUNNING',
      `start ${this.name}`,
      `it ${what}; the end of its log:\n${this.lastLines()}`,
    )
  }
}

function standsStill(pid: number): boolean {
  const states = globSync(`/proc/${pid}/task/*/stat`).map((path) => /\) (\w)/.exec(readFileSync(path, 'utf8'))?.[1])
  return states.every((state) => state === 'T')
}
