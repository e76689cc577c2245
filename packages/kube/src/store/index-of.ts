import type { EndpointSlice } from '../objects/endpoint-slice.ts'
import { SERVICE_NAME_LABEL } from '../objects/endpoint-slice.ts'
import type { KubeObject } from '../objects/kinds.ts'
import { objectKey } from '../objects/parse.ts'
import type { Pod } from '../objects/pod.ts'
import type { Node } from '../objects/node.ts'

/** By which values an object is found. Pure. */
export type IndexBy<T extends KubeObject> = (object: T) => readonly string[]

/** Objects by a value of theirs. Follows its store. */
export interface Index<T extends KubeObject> {
  /** Those with the value, in no order. */
  get(value: string): readonly T[]
  /** Every value that some object has. */
  values(): Iterable<string>
}

/** An index that a store keeps. */
export class ObjectIndex<T extends KubeObject> implements Index<T> {
  readonly #by: IndexBy<T>
  readonly #found = new Map<string, Map<string, T>>()

  constructor(by: IndexBy<T>, objects: ReadonlyMap<string, T>) {
    this.#by = by
    for (const [key, object] of objects) this.change(key, undefined, object)
  }

  get(value: string): readonly T[] {
    return [...(this.#found.get(value)?.values() ?? [])]
  }

  values(): Iterable<string> {
    return this.#found.keys()
  }

  change(key: string, before: T | undefined, after: T | undefined): void {
    const wanted = after === undefined ? [] : this.#by(after)
    for (const value of before === undefined ? [] : this.#by(before)) {
      if (wanted.includes(value)) continue
      const there = this.#found.get(value)
      there?.delete(key)
      if (there?.size === 0) this.#found.delete(value)
    }
    for (const value of wanted) {
      const there = this.#found.get(value)
      if (there === undefined) this.#found.set(value, new Map([[key, after!]]))
      else there.set(key, after!)
    }
  }
}

export function byNamespace({ metadata }: KubeObject): readonly string[] {
  return [metadata.namespace]
}

/** By the value of a label. */
export function byLabel(label: string): IndexBy<KubeObject> {
  return ({ metadata: { labels } }) => (Object.hasOwn(labels, label) ? [labels[label]!] : [])
}

/** Endpoint slices by their service: `default/web`. */
export function byService({ metadata }: EndpointSlice): readonly string[] {
  const name = metadata.labels[SERVICE_NAME_LABEL]
  return name === undefined ? [] : [objectKey(metadata.namespace, name)]
}

/** Pods by the node that they are on. */
export function byNode({ spec }: Pod): readonly string[] {
  return spec.nodeName === undefined ? [] : [spec.nodeName]
}

/** Pods and nodes by their addresses. Pods of the host's network have the node's, and are left out. */
export function byIp(object: Pod | Node): readonly string[] {
  if (object.kind === 'Node')
    return object.status.addresses.flatMap(({ type, address }) => (type.endsWith('IP') ? [address] : []))
  return object.spec.hostNetwork ? [] : object.status.podIPs.map(({ ip }) => ip)
}
