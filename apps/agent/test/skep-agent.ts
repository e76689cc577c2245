import type { ChildProcess } from 'node:child_process'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import type { Cluster, Node } from '@skep/kube-testenv'
import { ownName, untilLine } from '@skep/testbed'
import { uninstallPodTc } from '@skep/pod-tc'
import { uninstallSocketLb } from '@skep/sock-lb'
import { askAgent } from '../src/cli/ask.ts'
import { pinsOf } from '../src/sockets/sockets.ts'

const main = fileURLToPath(new URL('../src/main.ts', import.meta.url))
const flags = ['--conditions=@skep/source', '--disable-warning=ExperimentalWarning']
let count = 0

/** skep-agent on a node of a cluster, as a process of its own. Its programs see the node's processes alone. */
export class SkepAgent implements AsyncDisposable {
  readonly #node: Node
  readonly #folder = mkdtempSync(join(tmpdir(), 'skep-agent-'))
  readonly #bpfRoot = `/sys/fs/bpf/${ownName('skep-test')}-agent-${++count}`
  readonly #options: readonly string[]
  #running: { readonly child: ChildProcess; readonly exited: Promise<void> } | undefined

  constructor(cluster: Cluster, node: Node, user: string, options: readonly string[] = []) {
    this.#node = node
    writeFileSync(join(this.#folder, 'kubeconfig'), cluster.kubeconfigInside(user))
    const own = [
      `--k8s-node-name=${node.name}`,
      `--k8s-kubeconfig-path=${join(this.#folder, 'kubeconfig')}`,
      `--cgroup-root=${node.machine.cgroupPath!}`,
      '--cgroup-host-check=false',
      `--bpf-root=${this.#bpfRoot}`,
      `--state-dir=${this.#folder}`,
    ]
    this.#options = inPlace(own, options)
  }

  /** With more options than it was made with. Resolves when all services are served. */
  start(...more: readonly string[]): Promise<void> {
    return this.#spawn(/all services are served/, more)
  }

  /** Resolves when it answers. */
  begin(): Promise<void> {
    return this.#spawn(/follows the cluster/)
  }

  async #spawn(until: RegExp, more: readonly string[] = []): Promise<void> {
    const child = this.#node.machine.spawn(process.execPath, [...flags, main, 'run', ...this.#options, ...more], {
      stdio: ['ignore', 'pipe', 'inherit'],
    })
    this.#running = { child, exited: new Promise((resolve) => child.once('exit', () => resolve())) }
    await untilLine(child.stdout!, until)
  }

  /** Nobody follows the cluster afterwards. */
  async end(signal: NodeJS.Signals): Promise<void> {
    this.#running?.child.kill(signal)
    await this.#running?.exited
    this.#running = undefined
  }

  /** What it answers on its socket, as its commands ask. */
  says(path: string): Promise<string> {
    return askAgent(join(this.#folder, 'agent.sock'), path)
  }

  /** What a command prints. */
  async ask(...words: string[]): Promise<string> {
    const [program, args] = this.command(...words)
    return (await this.#node.machine.exec(program, ...args)).trim()
  }

  /** What it says when it does not start: with these options in the place of its own. */
  async refusal(...options: string[]): Promise<string> {
    const args = [...flags, main, 'run', ...inPlace(this.#options, options)]
    const { code, stderr } = await this.#node.machine.attempt(process.execPath, args)
    if (code === 0) throw new Error('it has started, and ended')
    return stderr
  }

  /** `skep-agent uninstall`, with the options that it was made with. */
  uninstall(): [program: string, args: readonly string[]] {
    return [process.execPath, [...flags, main, 'uninstall', ...this.#options]]
  }

  /** The command as a process is started. */
  command(...words: string[]): [program: string, args: readonly string[]] {
    return [process.execPath, [...flags, main, ...words, '--state-dir', this.#folder]]
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.end('SIGKILL')
    uninstallPodTc(pinsOf({ 'bpf-root': this.#bpfRoot }))
    uninstallSocketLb(pinsOf({ 'bpf-root': this.#bpfRoot }))
    rmSync(this.#bpfRoot, { recursive: true, force: true })
    rmSync(this.#folder, { recursive: true, force: true })
  }
}

/** Options, where those of the second list go in the place of those of the same name. */
function inPlace(options: readonly string[], others: readonly string[]): string[] {
  const named = others.map((option) => option.split('=')[0])
  return [...options.filter((option) => !named.includes(option.split('=')[0])), ...others]
}
