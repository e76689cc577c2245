import type { ChildProcess } from 'node:child_process'
import { once } from 'node:events'
import { createWriteStream, mkdirSync, rmSync, writeFileSync } from 'node:fs'
import { basename, join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { type Lifetime, untilLine } from '@skep/testbed'
import type { Cluster } from '../cluster.ts'
import type { Node } from '../network/node.ts'

const main = fileURLToPath(new URL('../../../../apps/agent/src/main.ts', import.meta.url))
const agent = [process.execPath, '--conditions=@skep/source', '--disable-warning=ExperimentalWarning', main]

/** skep-agent in place of kube-proxy on nodes that somebody plays with. */
export class PlayedAgents implements Lifetime {
  readonly #cluster: Cluster
  readonly #running: ChildProcess[] = []
  readonly #pins: string

  /** Resolves when all services are served on each node. */
  static async on(cluster: Cluster, nodes: readonly Node[]): Promise<PlayedAgents> {
    const agents = new PlayedAgents(cluster)
    writeFileSync(agents.#file('node.kubeconfig'), cluster.kubeconfigInside(), { mode: 0o600 })
    for (const node of nodes) await agents.#start(node)
    return agents
  }

  private constructor(cluster: Cluster) {
    this.#cluster = cluster
    this.#pins = `/sys/fs/bpf/${basename(cluster.folder)}`
  }

  /** What a command of a node begins with: in its network, and in its part of the machine, where programs see its sockets. */
  inside({ name, machine }: Node, prefix: string): string {
    return `sh -c 'echo $$ >${machine.cgroupPath}/cgroup.procs && exec ip netns exec ${prefix}-${name} "$@"' -`
  }

  help(): string {
    return `
skep-agent serves both nodes; what it says is in ${this.#file('agent-a.log')}. It is asked like this:

  alias skep-agent='${agent.join(' ')}'
  skep-agent status --state-dir=${this.#file('agent-a')}
  skep-agent explain default/web --state-dir=${this.#file('agent-a')}
`
  }

  async [Symbol.asyncDispose](): Promise<void> {
    for (const child of this.#running) {
      const exited = once(child, 'exit')
      child.kill('SIGTERM')
      await exited
    }
    rmSync(this.#pins, { recursive: true, force: true })
  }

  [Symbol.dispose](): void {
    for (const child of this.#running) child.kill('SIGKILL')
    rmSync(this.#pins, { recursive: true, force: true })
  }

  async #start({ name, machine }: Node): Promise<void> {
    const [pins, state] = [join(this.#pins, name), this.#file(`agent-${name}`)]
    mkdirSync(pins, { recursive: true })
    const options = [
      '--kube-proxy-replacement=strict',
      '--enable-service-topology=true',
      `--k8s-node-name=${name}`,
      `--k8s-kubeconfig-path=${this.#file('node.kubeconfig')}`,
      `--cgroup-root=${machine.cgroupPath}`,
      '--cgroup-host-check=false',
      `--bpf-root=${pins}`,
      `--state-dir=${state}`,
    ]
    const [program = '', ...words] = agent
    const child = machine.spawn(program, [...words, 'run', ...options], { stdio: ['ignore', 'pipe', 'inherit'] })
    this.#running.push(child)
    child.stdout!.pipe(createWriteStream(`${state}.log`))
    await untilLine(child.stdout!, /all services are served/)
  }

  #file(name: string): string {
    return join(this.#cluster.folder, name)
  }
}
