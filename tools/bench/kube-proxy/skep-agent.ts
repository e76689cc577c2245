import { type ChildProcess, spawnSync } from 'node:child_process'
import { once } from 'node:events'
import { readdirSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import type { Cluster, Node } from '@skep/kube-testenv'
import { uninstallSocketLb } from '@skep/sock-lb'
import { ownName, untilLine } from '@skep/testbed'
import type { InPlace, Proxy } from './contender.ts'

const SERVES_WITHIN_MS = 120_000

const root = fileURLToPath(new URL('../../../', import.meta.url))
/** How the agent is started: built, as it is published, without a compiler in memory; or from its sources. */
export type Build = 'built' | 'sources'

const commands: Readonly<Record<Build, readonly [string, ...string[]]>> = {
  built: [join(root, 'apps/agent/bin/skep-agent.js')],
  sources: [
    process.execPath,
    '--conditions=@skep/source',
    '--disable-warning=ExperimentalWarning',
    join(root, 'apps/agent/src/main.ts'),
  ],
}

/** `skep-agent`. Its programs see the node's processes alone. */
export class AgentProxy implements Proxy {
  readonly name = 'skep-agent'
  readonly #node: Node
  readonly #bpfRoot = `/sys/fs/bpf/${ownName('skep-bench')}-agent`
  readonly #folder: string
  readonly #command: readonly [string, ...string[]]
  /** The one that runs, if one does. */
  readonly #running: ChildProcess[] = []

  constructor(cluster: Cluster, node: Node, folder: string, build: Build) {
    if (build === 'built') compile()
    this.#command = commands[build]
    this.#node = node
    this.#folder = folder
    writeFileSync(join(folder, 'kubeconfig'), cluster.kubeconfigInside())
  }

  async start(): Promise<void> {
    const [program, ...words] = this.#command
    const child = this.#node.machine.spawn(program, [...words, 'run', ...this.#options()], {
      stdio: ['ignore', 'pipe', 'inherit'],
    })
    this.#running.push(child)
    await untilLine(child.stdout!, /all services are served/, SERVES_WITHIN_MS)
  }

  get pid(): number {
    return this.#running[0]!.pid!
  }

  stop(): Promise<void> {
    return this.#end('SIGTERM')
  }

  kill(): Promise<void> {
    return this.#end('SIGKILL')
  }

  async #end(signal: 'SIGTERM' | 'SIGKILL'): Promise<void> {
    const child = this.#running.pop()
    if (!child) return
    const ended = once(child, 'exit')
    child.kill(signal)
    await ended
  }

  async inPlace(): Promise<InPlace> {
    return { rules: 0, programs: readdirSync(join(this.#bpfRoot, 'skep/agent/sock/links')).length }
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.stop()
    uninstallSocketLb(join(this.#bpfRoot, 'skep', 'agent'))
    rmSync(this.#bpfRoot, { recursive: true, force: true })
  }

  #options(): string[] {
    return [
      `--k8s-node-name=${this.#node.name}`,
      `--k8s-kubeconfig-path=${join(this.#folder, 'kubeconfig')}`,
      `--cgroup-root=${this.#node.machine.cgroupPath!}`,
      '--cgroup-host-check=false',
      `--bpf-root=${this.#bpfRoot}`,
      `--state-dir=${this.#folder}`,
    ]
  }
}

function compile(): void {
  const { status } = spawnSync(join(root, 'node_modules/.bin/tsc'), ['-b', 'apps/agent'], {
    cwd: root,
    stdio: ['ignore', 'inherit', 'inherit'],
  })
  if (status !== 0) throw new Error('bench: tsc -b apps/agent failed; it says why above')
}
