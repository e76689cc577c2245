import { setTimeout as delay } from 'node:timers/promises'
import type { ApiClient } from '../api/client.ts'
import type { Pod as PodObject } from '../api/kinds.ts'
import { pathOf, pods } from '../api/resource.ts'
import { KubeTestEnvError } from '../error.ts'
import type { Network } from './network.ts'
import type { Node } from './node.ts'
import { Pod } from './pod.ts'

export interface KubeletOptions {
  /** Starts what runs in a pod; it is ready as soon as this resolves. What is returned is disposed of when the pod ends. */
  readonly run: (pod: Pod, object: PodObject) => Promise<AsyncDisposable>
  /** What a pod does on SIGTERM; it ends when this resolves. Default: it ends at once. */
  readonly terminating?: (pod: Pod) => Promise<void>
}

interface Running {
  readonly started: Promise<Started | undefined>
  ending?: Promise<void>
}

interface Started {
  readonly pod: Pod
  readonly program: AsyncDisposable
}

/**
 * Scheduler and kubelets for pods that controllers make (of deployments, say): binds each to a node, in turn, runs it, says
 * when it is ready, and ends it when it is deleted.
 */
export class Kubelets implements AsyncDisposable {
  readonly #api: ApiClient
  readonly #network: Network
  readonly #nodes: readonly Node[]
  readonly #options: KubeletOptions
  readonly #end = new AbortController()
  readonly #running = new Map<string, Running>()
  readonly #troubles: unknown[] = []
  readonly #watching: Promise<void>
  #bound = 0

  constructor(api: ApiClient, network: Network, nodes: readonly Node[], options: KubeletOptions) {
    this.#api = api
    this.#network = network
    this.#nodes = nodes
    this.#options = options
    this.#watching = this.#watch()
  }

  /** Ends all pods, and throws what went wrong in them. */
  async [Symbol.asyncDispose](): Promise<void> {
    this.#end.abort()
    await this.#watching
    for (const running of this.#running.values()) await (running.ending ?? this.#stop(running))
    if (this.#troubles.length > 0) throw new AggregateError(this.#troubles, 'pods could not be run or ended')
  }

  /** What the API server ends, or does not answer, is asked for again. */
  async #watch(): Promise<void> {
    const { signal } = this.#end
    while (!signal.aborted) {
      try {
        for await (const { type, object } of this.#api.watch(pods, { signal })) {
          if (type === 'DELETED') this.#running.delete(uidOf(object))
          else if (type !== 'BOOKMARK') this.#meet(object)
        }
      } catch (error) {
        if (signal.aborted) return
        if (!(error instanceof KubeTestEnvError)) this.#troubles.push(error)
      }
      await delay(100)
    }
  }

  #meet(object: PodObject): void {
    const uid = uidOf(object)
    const known = this.#running.get(uid)
    if (object.metadata.deletionTimestamp !== undefined) {
      if (known) known.ending ??= this.#noting(this.#terminate(known)).then(() => undefined)
    } else if (!known && object.spec?.nodeName === undefined) {
      this.#running.set(uid, { started: this.#noting(this.#start(object)) })
    }
  }

  async #start(object: PodObject): Promise<Started> {
    const node = this.#nodes[this.#bound++ % this.#nodes.length]!
    const at = { name: object.metadata.name ?? '', namespace: object.metadata.namespace ?? 'default' }
    const target = { apiVersion: 'v1', kind: 'Node', name: node.name }
    const binding = { apiVersion: 'v1', kind: 'Binding', metadata: at, target }
    await this.#api.request('POST', `${pathOf(pods, at)}/binding`, { body: binding })
    const pod = await Pod.wire({ api: this.#api, network: this.#network, node }, at)
    const program = await this.#options.run(pod, object)
    await pod.setReady(true)
    return { pod, program }
  }

  async #terminate(running: Running): Promise<void> {
    const started = await running.started
    if (started) await this.#options.terminating?.(started.pod)
    await this.#stop(running)
    await started?.pod.remove()
  }

  async #stop({ started }: Running): Promise<void> {
    const { program, pod } = (await started) ?? {}
    await program?.[Symbol.asyncDispose]()
    await pod?.[Symbol.asyncDispose]()
  }

  async #noting<T>(work: Promise<T>): Promise<T | undefined> {
    try {
      return await work
    } catch (error) {
      this.#troubles.push(error)
      return undefined
    }
  }
}

function uidOf({ metadata }: PodObject): string {
  return metadata.uid ?? ''
}
