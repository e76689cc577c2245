import type { ChildProcess } from 'node:child_process'
import type { Worker, WorkerOptions } from 'node:worker_threads'
import type { ExecOptions, ExecResult, Link, Netlink, NetworkNamespace, SpawnOptions } from 'netlink-ts'
import { openNetlink } from 'netlink-ts'
import { joining } from '../cgroup/cgroup.ts'
import { TestbedError } from '../error.ts'
import { patient } from '../patience.ts'
import { killProcessesIn } from '../process/tenants.ts'
import type { Place } from '../thread/place.ts'
import type { DeviceModel, HostModel } from './model.ts'

/** A command that takes longer has hung: it is killed, so that a test fails with its name. */
const defaultTimeoutMs = patient(30_000)

/** A host of a topology: a network namespace with its devices. */
export class Host implements Place, AsyncDisposable {
  readonly name: string
  readonly model: HostModel
  readonly namespace: NetworkNamespace
  /** The folder of the cgroup v2 that its commands run in, where it was given one. */
  readonly cgroupPath: string | undefined
  #netlink: Netlink | undefined

  constructor(model: HostModel, namespace: NetworkNamespace, cgroup?: string) {
    this.cgroupPath = cgroup
    this.name = model.name
    this.model = model
    this.namespace = namespace
  }

  /** Routes, addresses, neighbours and devices of this host, by the verbs of `ip`. */
  get netlink(): Netlink {
    return (this.#netlink ??= openNetlink({ ns: this.namespace }))
  }

  /** A device as the kernel has it now: index, MAC, counters. Throws {@link TestbedError} for a name it does not have. */
  device(name = 'eth0'): Link {
    const device = this.netlink.link.get({ name })
    if (device) return device
    const names = [...this.netlink.link.list()].map((link) => link.name)
    throw new TestbedError('NO_SUCH_DEVICE', `host ${this.name}`, `no device ${name}; there are ${names.join(', ')}`)
  }

  /** The first address of a family that was declared for a device (default: for any), without its prefix length. */
  address(family: 4 | 6 = 4, device?: string): string {
    const devices = this.model.devices.filter((each) => device === undefined || each.name === device)
    const found = addressesOf(devices).find((each) => each.includes(':') === (family === 6))
    if (found !== undefined) return found
    const where = device === undefined ? `host ${this.name}` : `host ${this.name}, device ${device}`
    throw new TestbedError('NO_SUCH_DEVICE', where, `it has no IPv${family} address`)
  }

  /** Runs a synchronous function in the host's namespace: attaching programs, netlink, files of `/proc/sys/net`. */
  run<T>(fn: () => T): T {
    return this.namespace.run(fn)
  }

  /** Runs a command to its end and returns what it wrote. Throws {@link TestbedError} when its exit code is not 0. */
  async exec(command: string, ...args: readonly string[]): Promise<string> {
    const { stdout, stderr, code } = await this.attempt(command, args)
    if (code === 0) return stdout
    const said = (stderr || stdout).trim()
    const operation = `host ${this.name}: ${[command, ...args].join(' ')}`
    throw new TestbedError('COMMAND_FAILED', operation, `ended with code ${code}${said === '' ? '' : `: ${said}`}`)
  }

  /** Runs a command to its end, whatever its exit code. Killed after 30 s unless `timeoutMs` says otherwise. */
  attempt(command: string, args: readonly string[] = [], options: ExecOptions = {}): Promise<ExecResult> {
    const [run, all] = this.#joined(command, args)
    return this.namespace.exec(run, all, { timeoutMs: defaultTimeoutMs, ...options })
  }

  /** Starts a command, as `child_process.spawn()` does. It is killed with the topology. */
  spawn(command: string, args: readonly string[] = [], options: SpawnOptions = {}): ChildProcess {
    const [run, all] = this.#joined(command, args)
    return this.namespace.spawn(run, all, options)
  }

  #joined(command: string, args: readonly string[]): [string, readonly string[]] {
    return this.cgroupPath === undefined ? [command, args] : joining(this.cgroupPath, command, args)
  }

  /** Starts a thread in the host's namespace: the sockets that it opens are in there. It ends with the topology. */
  worker(module: URL, options: WorkerOptions = {}): Worker {
    const fromSource = module.pathname.endsWith('.ts') ? { execArgv: ['--conditions=@skep/source'] } : {}
    return this.namespace.worker(module, { ...fromSource, ...options })
  }

  /** Kills what runs in the host, daemons and their children included, as a loss of power does. */
  killAll(): void {
    killProcessesIn(this.namespace.inode)
  }

  /** Ends everything that runs in the host and deletes its namespace. */
  async [Symbol.asyncDispose](): Promise<void> {
    this.endAtOnce()
    this.#netlink?.[Symbol.dispose]()
    await this.namespace[Symbol.asyncDispose]()
  }

  /** The part that needs no waiting: kills what runs, takes the namespace's name away. */
  endAtOnce(): void {
    this.killAll()
    this.namespace.delete()
  }
}

function addressesOf(devices: readonly DeviceModel[]): string[] {
  return devices.flatMap((device) => device.addresses.map((address) => address.slice(0, address.indexOf('/'))))
}
