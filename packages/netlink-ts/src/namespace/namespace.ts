import type { ChildProcess } from 'node:child_process'
import { fstatSync } from 'node:fs'
import type { Worker, WorkerOptions } from 'node:worker_threads'
import { checked, invalidInput, NetlinkError } from '../error.ts'
import { native } from '../native.ts'
import { handleClosed, handleOpened } from '../open-handles.ts'
import type { ExecOptions, ExecResult, SpawnOptions } from './process.ts'
import { collect, spawnIn } from './process.ts'
import { Tenants } from './tenants.ts'
import { workerIn } from './worker.ts'

const ENOPROTOOPT = 92

/** What a {@link NetworkNamespace} is made of. */
export interface NamespaceIdentity {
  readonly fd: number
  readonly name?: string | undefined
  readonly path?: string | undefined
}

/**
 * An open network namespace. Leaving its scope closes the descriptor: an anonymous namespace ends with it (as soon as
 * no process, socket or device holds it), a named one stays until {@link delete}.
 *
 * `await using` also ends what was started in it: processes of {@link spawn} and {@link exec} are killed and awaited,
 * workers terminated. Everything here takes CAP_SYS_ADMIN.
 */
export class NetworkNamespace implements Disposable, AsyncDisposable {
  /** As `ip netns list` shows it; `undefined` for an anonymous one. */
  readonly name: string | undefined
  /** The file that it was opened from, or that names it. */
  readonly path: string | undefined
  /** The kernel's number for it: equal for equal namespaces. As `ls -Li /run/netns`. */
  readonly inode: number
  readonly #tenants = new Tenants()
  #fd: number

  /** Takes the descriptor over. Use {@link createNamespace}, {@link openNamespace} or {@link anonymousNamespace}. */
  constructor(identity: NamespaceIdentity) {
    this.name = identity.name
    this.path = identity.path
    this.#fd = identity.fd
    this.inode = fstatSync(identity.fd).ino
    handleOpened({ kind: 'namespace', fd: identity.fd, detail: `network namespace ${this.toString()}` })
  }

  /** The descriptor, for `setns(2)` and netlink. Throws `CLOSED` after disposal. */
  get fd(): number {
    if (this.#fd < 0) throw new NetlinkError('CLOSED', 'namespace', `${this.toString()} is closed; open it again`)
    return this.#fd
  }

  /**
   * The number that BPF programs know the namespace by (`bpf_get_netns_cookie`), for as long as it exists.
   * `NOT_SUPPORTED` before Linux 5.14.
   */
  get cookie(): bigint {
    const cookie = native.namespaceCookie(this.fd)
    if (typeof cookie === 'bigint') return cookie
    if (cookie === -ENOPROTOOPT)
      throw new NetlinkError('NOT_SUPPORTED', 'namespace.cookie', 'this kernel tells no cookies; Linux 5.14 does')
    return BigInt(checked('namespace.cookie', cookie, this.toString()))
  }

  /**
   * Runs a synchronous function inside the namespace: files under `/proc/sys/net` and `/proc/thread-self/net`, sockets
   * of netlink-ts, libbpf-ts attachments, child processes. The thread is back before anything else runs on it, also
   * after a throw. Equivalent to `ip netns exec`, without its mount namespace. Linux 4.11.
   *
   * Node opens TCP and UDP sockets later than the call that asks for them, so those need {@link worker} or
   * {@link exec}; a function that returns a promise is refused (`INVALID_INPUT`), though what it did until its first
   * `await` is done.
   */
  run<T>(fn: () => T): T {
    const outcome = { value: undefined as T | undefined, ran: false }
    const code = native.runInNamespace(this.fd, () => {
      outcome.value = fn()
      outcome.ran = true
    })
    if (!outcome.ran) checked('namespace.run', code as number, this.toString())
    if (isThenable(outcome.value))
      throw invalidInput(
        'namespace.run',
        'the function is asynchronous; give a synchronous one, or use worker() or exec()',
      )
    return outcome.value as T
  }

  /**
   * Runs a command inside the namespace to its end. The file systems stay as they are (bpffs, sysfs), unlike with
   * `ip netns exec`. An exit code other than 0 is a result; a command that cannot start, is killed or takes longer
   * than `timeoutMs` is an error. Equivalent to `nsenter --net=<path> <command>`. Linux 4.11.
   */
  async exec(command: string, args: readonly string[] = [], options: ExecOptions = {}): Promise<ExecResult> {
    const { signal, env, cwd } = options
    const child = spawnIn(this, command, args, { signal, env, cwd, killSignal: 'SIGKILL' })
    return collect(this.#tenants.process(child), [command, ...args].join(' '), options)
  }

  /**
   * Starts a command inside the namespace, as `child_process.spawn()` does outside, in every other way the same.
   * Equivalent to `nsenter --net=<path> <command> &`. Linux 4.11.
   */
  spawn(command: string, args: readonly string[] = [], options: SpawnOptions = {}): ChildProcess {
    return this.#tenants.process(spawnIn(this, command, args, options))
  }

  /**
   * Starts a worker thread inside the namespace: every socket that it opens, of whatever library, is in there. Names
   * are looked up by threads outside (`getaddrinfo`), so connect to addresses. Equivalent to `unshare(2)` first thing in the thread. Linux 4.11.
   */
  worker(module: URL | string, options: WorkerOptions = {}): Worker {
    return this.#tenants.worker(workerIn(this, module, options))
  }

  /**
   * Takes the name away; the namespace ends when nobody holds it any more. The descriptor stays open until disposal.
   * Equivalent to `ip netns delete`. Linux 4.11.
   */
  delete(): void {
    if (this.name === undefined || this.path === undefined)
      throw invalidInput('namespace.delete', 'an anonymous namespace has no name to delete; dispose of it')
    checked('namespace.delete', native.unnameNamespace(this.path), `namespace ${JSON.stringify(this.name)}`)
  }

  toString(): string {
    return this.name ?? this.path ?? `net:[${this.inode}]`
  }

  [Symbol.dispose](): void {
    if (this.#fd < 0) return
    native.close(this.#fd)
    handleClosed(this.#fd)
    this.#fd = -1
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#tenants.end()
    this[Symbol.dispose]()
  }
}

function isThenable(value: unknown): boolean {
  return typeof value === 'object' && value !== null && 'then' in value && typeof value.then === 'function'
}
