import { type ChildProcess, execFileSync } from 'node:child_process'
import { once } from 'node:events'
import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { uninstallSocketLb } from '@skep/sock-lb'
import { ownName, untilLine } from '@skep/testbed'
import { askAgent } from '../src/cli/ask.ts'
import { pinsOf } from '../src/sockets/sockets.ts'
import { enterContainer, own } from './container.ts'
import { container, options } from './manifest.ts'
import type { Site } from './site.ts'

const main = fileURLToPath(new URL('../src/main.ts', import.meta.url))
const node = [process.execPath, '--conditions=@skep/source', '--disable-warning=ExperimentalWarning', main]

/** skep-agent on the first node of a site, as its manifest runs it. Where its programs are attached is the node's part of the machine. */
export class DeployedAgent implements AsyncDisposable {
  readonly #site: Site
  readonly #folder: string
  readonly #bpfRoot = `/sys/fs/bpf/${ownName('skep-test')}-deployed`
  readonly #children: ChildProcess[] = []

  static async on(site: Site): Promise<DeployedAgent> {
    const folder = mkdtempSync(join(tmpdir(), 'skep-deployed-'))
    const account = join(folder, 'run/secrets/kubernetes.io/serviceaccount')
    mkdirSync(account, { recursive: true })
    writeFileSync(join(account, 'token'), await site.cluster.serviceAccountToken('skep-agent', 'kube-system'))
    writeFileSync(join(account, 'ca.crt'), site.cluster.ca)
    const agent = new DeployedAgent(site, folder)
    agent.configure(options())
    return agent
  }

  private constructor(site: Site, folder: string) {
    this.#site = site
    this.#folder = folder
  }

  /** Sets keys of the ConfigMap, as it is mounted. */
  configure(keys: Readonly<Record<string, string>>): void {
    const config = own(this.#folder, 'config')
    for (const [name, value] of Object.entries(keys)) writeFileSync(join(config, name), value)
  }

  /** Resolves when all services are served. */
  async start(): Promise<void> {
    const { machine, name } = this.#site.here
    const here = [`--cgroup-root=${machine.cgroupPath!}`, '--cgroup-host-check=false', `--bpf-root=${this.#bpfRoot}`]
    const inside = [...confined(), ...node, ...container().args, ...here]
    const words = ['--mount', 'sh', '-c', enterContainer(this.#folder), this.#folder, ...inside]
    const { hostname, port } = this.#site.apiServer
    const env = {
      ...process.env,
      K8S_NODE_NAME: name,
      KUBERNETES_SERVICE_HOST: hostname,
      KUBERNETES_SERVICE_PORT: port,
    }
    mkdirSync(this.#bpfRoot, { recursive: true })
    const child = machine.spawn('unshare', words, { stdio: ['ignore', 'pipe', 'inherit'], env })
    this.#children.push(child)
    await untilLine(child.stdout!, /all services are served/)
  }

  /** As the kubelet ends it. */
  async stop(): Promise<void> {
    const child = this.#children.at(-1)!
    const exited = once(child, 'exit')
    child.kill('SIGTERM')
    await exited
  }

  /** What it answers on its socket. */
  says(path: string): Promise<string> {
    return askAgent(join(this.#folder, 'run/skep/agent.sock'), path)
  }

  /** What a program prints, run where the agent is: `kubectl exec`. */
  exec(...words: readonly string[]): Promise<string> {
    return this.#site.here.machine.exec('nsenter', '--mount', '--root', '--wd=/', `--target=${this.#pid}`, ...words)
  }

  /** What a command of the agent prints. */
  async ask(...words: string[]): Promise<string> {
    return (await this.exec(...node, ...words)).trim()
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
