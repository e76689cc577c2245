import type { ChildProcess } from 'node:child_process'
import { once } from 'node:events'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { type Host, ownName, untilLine } from '@skep/testbed'
import { parseAddress } from '@skep/packet'
import { type Link, openObject } from 'libbpf-ts'
import type { ExecResult } from 'netlink-ts'
import type { DecapStatus } from '../src/decap/status.ts'

const main = fileURLToPath(new URL('../src/main.ts', import.meta.url))
const dispatcher = fileURLToPath(new URL('../../../packages/datapath/test-objects/dispatch.bpf.o', import.meta.url))
let count = 0

/** `skep-lb decap` as its users have it: a process of its own, in a host's network namespace. */
export class SkepDecap implements AsyncDisposable {
  readonly host: Host
  readonly bpfRoot = `/sys/fs/bpf/${ownName('skep-test-decap')}-${++count}`
  readonly #folder = mkdtempSync(join(tmpdir(), 'skep-lb-decap-'))
  child?: ChildProcess

  constructor(host: Host) {
    this.host = host
  }

  get configFile(): string {
    return join(this.#folder, 'decap.yaml')
  }

  get runDir(): string {
    return join(this.#folder, 'run')
  }

  configure(spec: string): void {
    writeFileSync(this.configFile, `apiVersion: skep.dev/v1\nkind: Decap\nspec:\n${spec}`)
  }

  /** Starts `run` and returns when it is ready. */
  async start(spec?: string): Promise<void> {
    if (spec !== undefined) this.configure(spec)
    this.child = this.host.spawn(process.execPath, this.#command('run', '--config', this.configFile), {
      stdio: ['ignore', 'pipe', 'pipe'],
    })
    let log = ''
    this.child.stderr?.on('data', (chunk: Buffer) => (log += chunk.toString()))
    await untilLine(this.child.stdout, /^ready/).catch((cause: unknown) => {
      throw new Error(`skep-lb decap did not start: ${log}`, { cause })
    })
  }

  /** Has another configuration read; returns the line that tells what came of it. */
  async reload(spec: string, expected: 'reloaded' | 'refused'): Promise<string> {
    this.configure(spec)
    const line = untilLine(this.child![expected === 'reloaded' ? 'stdout' : 'stderr'], new RegExp(`^${expected}`))
    this.child!.kill('SIGHUP')
    return await line
  }

  async end(signal: NodeJS.Signals): Promise<void> {
    const { child } = this
    if (child === undefined || child.exitCode !== null || child.signalCode !== null) return
    const exit = once(child, 'exit')
    child.kill(signal)
    await exit
  }

  async status(): Promise<DecapStatus> {
    const { stdout, stderr } = await this.command('status', '--json')
    if (stdout === '') throw new Error(stderr)
    return JSON.parse(stdout) as DecapStatus
  }

  /** Packets by verdict, those that were. */
  async verdicts(): Promise<Record<string, number>> {
    const { verdicts } = await this.status()
    return Object.fromEntries(verdicts.flatMap(({ name, packets }) => (packets > 0 ? [[name, packets]] : [])))
  }

  command(verb: string, ...options: string[]): Promise<ExecResult> {
    return this.host.attempt(process.execPath, this.#command(verb, ...options))
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.end('SIGKILL')
    const { code, stderr } = await this.command('uninstall')
    if (code !== 0) throw new Error(`uninstall: ${stderr}`)
    rmSync(this.#folder, { recursive: true })
  }

  #command(verb: string, ...options: string[]): string[] {
    const roots = ['--bpf-root', this.bpfRoot, '--run-dir', this.runDir]
    return [
      '--conditions=@skep/source',
      '--disable-warning=ExperimentalWarning',
      main,
      'decap',
      verb,
      ...roots,
      ...options,
    ]
  }
}

/** What a load balancer does with packets for its service. */
export interface DispatchOptions {
  /** The family of the header around packets, or the option in them. */
  readonly by: 4 | 6 | 'option'
  readonly vip: { readonly v4: string; readonly v6: string }
  readonly backend: { readonly v4: string; readonly v6: string }
  readonly source: { readonly v4: string; readonly v6: string }
  readonly port: number
  readonly backendPort: number
}

/** A load balancer with one backend on a host's device: it dispatches what is for the service until disposed of. */
export function dispatch(host: Host, device: string, options: DispatchOptions): Link & Disposable {
  using spec = openObject(dispatcher)
  const { by, vip, backend, source, port, backendPort } = options
  const set = (name: string, bytes: Uint8Array): void => spec.setVariable(name, bytes)
  set('outer_family', Uint8Array.of(by === 'option' ? 0 : by, 0, 0, 0))
  for (const [name, { v4, v6 }] of Object.entries({ vip, backend, source })) {
    set(`${name}4`, parseAddress(v4).bytes)
    set(`${name}6`, parseAddress(v6).bytes)
  }
  set('port', Uint8Array.of(port >> 8, port & 255))
  set('backend_port', Uint8Array.of(backendPort >> 8, backendPort & 255))
  using object = spec.load()
  return host.run(() => object.program('dispatch').attachXdp({ device, mode: 'native' }))
}
