import { type ChildProcess, execFileSync } from 'node:child_process'
import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { uninstallSocketLb } from '@skep/sock-lb'
import { ownName, untilLine } from '@skep/testbed'
import { askAgent } from '../src/cli/ask.ts'
import { pinsOf } from '../src/sockets/sockets.ts'
import { container, options } from './manifest.ts'
import type { Site } from './site.ts'

const main = fileURLToPath(new URL('../src/main.ts', import.meta.url))
const node = [process.execPath, '--conditions=@skep/source', '--disable-warning=ExperimentalWarning', main]

/**
 * What a container runtime does, as far as it matters here: a mount namespace with a root that is only read, but for what is
 * mounted; the ConfigMap and the service account in their places; the capabilities of the manifest, and no way to others.
 */
const ENTER = `mount --bind "$0" "$0" && mount -o remount,ro,bind / \\
&& mount --bind "$0/run" /run && mkdir -p /run/skep \\
&& mount -t overlay none -o "lowerdir=/etc,upperdir=$0/etc,workdir=$0/work" /etc \\
&& exec "$@"`

/** skep-agent on the first node of a site, as its manifest runs it. Where its programs are attached is the node's part of the machine. */
export class DeployedAgent implements AsyncDisposable {
  readonly #site: Site
  readonly #folder: string
  readonly #bpfRoot = `/sys/fs/bpf/${ownName('skep-test')}-deployed`
  readonly #children: ChildProcess[] = []

  static async on(site: Site): Promise<DeployedAgent> {
    const folder = mkdtempSync(join(tmpdir(), 'skep-deployed-'))
    const account = join(folder, 'run/secrets/kubernetes.io/serviceaccount')
    for (const one of [account, join(folder, 'etc/skep/config'), join(folder, 'work')])
      mkdirSync(one, { recursive: true })
    writeFileSync(join(account, 'token'), await site.cluster.serviceAccountToken('skep-agent', 'kube-system'))
    writeFileSync(join(account, 'ca.crt'), site.cluster.ca)
    for (const [name, value] of Object.entries(options())) writeFileSync(join(folder, 'etc/skep/config', name), value)
    return new DeployedAgent(site, folder)
  }

  private constructor(site: Site, folder: string) {
    this.#site = site
    this.#folder = folder
  }

  /** Resolves when all services are served. */
  async start(): Promise<void> {
    const { machine, name } = this.#site.here
    const own = [`--cgroup-root=${machine.cgroupPath!}`, '--cgroup-host-check=false', `--bpf-root=${this.#bpfRoot}`]
    const words = ['--mount', 'sh', '-c', ENTER, this.#folder, ...confined(), ...node, ...container().args, ...own]
    const { hostname, port } = this.#site.apiServer
    const env = {
      ...process.env,
      K8S_NODE_NAME: name,
      KUBERNETES_SERVICE_HOST: hostname,
      KUBERNETES_SERVICE_PORT: port,
    }
    mkdirSync(this.#bpfRoot)
    const child = machine.spawn('unshare', words, { stdio: ['ignore', 'pipe', 'inherit'], env })
    this.#children.push(child)
    await untilLine(child.stdout!, /all services are served/)
  }

  /** What it answers on its socket. */
  says(path: string): Promise<string> {
    return askAgent(join(this.#folder, 'run/skep/agent.sock'), path)
  }

  /** What a command prints, run where the agent is: `kubectl exec`. */
  async ask(...words: string[]): Promise<string> {
    const inside = ['--mount', `--target=${this.#pid}`, 'env', 'TMPDIR=/run']
    return (await this.#site.here.machine.exec('nsenter', ...inside, ...node, ...words)).trim()
  }

  /** What is in the archive of `skep-agent bugtool`, by file. */
  async bugtool(): Promise<Readonly<Record<string, string>>> {
    await this.ask('bugtool', '--output=/run/bugtool.tar.gz')
    execFileSync('tar', ['-C', this.#folder, '-xzf', join(this.#folder, 'run/bugtool.tar.gz')])
    const folder = join(this.#folder, 'skep-agent-bugtool')
    const names = readdirSync(folder, { withFileTypes: true }).filter((entry) => entry.isFile())
    return Object.fromEntries(names.map(({ name }) => [name, readFileSync(join(folder, name), 'utf8')]))
  }

  get token(): string {
    return readFileSync(join(this.#folder, 'run/secrets/kubernetes.io/serviceaccount/token'), 'utf8')
  }

  /** How many capabilities it may ever have. */
  capabilities(): number {
    const [, bits] = /^CapBnd:\t(\w+)$/m.exec(readFileSync(`/proc/${this.#pid}/status`, 'utf8'))!
    return BigInt(`0x${bits}`).toString(2).replaceAll('0', '').length
  }

  async [Symbol.asyncDispose](): Promise<void> {
    for (const child of this.#children) child.kill('SIGKILL')
    uninstallSocketLb(pinsOf({ 'bpf-root': this.#bpfRoot }))
    rmSync(this.#bpfRoot, { recursive: true, force: true })
    rmSync(this.#folder, { recursive: true, force: true })
  }

  get #pid(): number {
    return this.#children.at(-1)!.pid!
  }
}

function confined(): string[] {
  const added = container().securityContext.capabilities.add.map((name) => `+${name.toLowerCase()}`)
  return ['setpriv', '--no-new-privs', `--bounding-set=-all,${added.join()}`, '--inh-caps=-all']
}
