import {
  type EndpointSlice,
  keyOf,
  type KubeObject,
  type Namespace,
  type Node,
  type Pod,
  type Service,
  SERVICE_NAME_LABEL,
} from '@skep/kube'
import { hasHostPorts } from '../compile/host-port.ts'
import type { NodeFacts } from '../compile/context.ts'
import { ZONE_LABEL } from '../endpoints/topology.ts'
import { endpointsOf } from '../endpoints/rows.ts'

/** An object that services are made from. */
export type Source = Service | EndpointSlice | Node | Namespace | Pod

/** Whom a change concerns: keys of services and pods with ports, or everybody. */
export type Concerned = Iterable<string> | 'everybody'

const nobody: readonly string[] = []

/** A pod's key among those of services. */
export function podOwner(pod: string): string {
  return `Pod ${pod}`
}

/** All objects, and which of them belong together. */
export class Inputs {
  readonly #nodeName: string
  readonly services: Map<string, Service> = new Map()
  readonly namespaces: Map<string, Namespace> = new Map()
  /** Those of this node that have host ports, by key. */
  readonly hostPods: Map<string, Pod> = new Map()
  /** By service, in the order of their names. */
  readonly #slices = new Map<string, readonly EndpointSlice[]>()
  readonly #sliceOwners = new Map<string, string>()
  readonly #endedPods = new Map<string, string>()
  node: NodeFacts

  constructor(nodeName: string) {
    this.#nodeName = nodeName
    this.node = { name: nodeName, labels: {} }
  }

  slicesOf(service: string): readonly EndpointSlice[] {
    return this.#slices.get(service) ?? []
  }

  /** Has it ended, by its phase? Another pod of that name has not. */
  isPodEnded(pod: string, uid: string | undefined): boolean {
    const ended = this.#endedPods.get(pod)
    return ended !== undefined && (!uid || ended === '' || ended === uid)
  }

  /** Takes an object in, in place of the one with its name. */
  set(object: Source): Concerned {
    return this.#change(object, true)
  }

  /** Forgets an object. */
  delete(object: Pick<KubeObject, 'kind' | 'metadata'>): Concerned {
    return this.#change(object as Source, false)
  }

  #change(object: Source, exists: boolean): Concerned {
    if (object.kind === 'Service') return this.#keep(this.services, keyOf(object), exists ? object : undefined)
    if (object.kind === 'EndpointSlice') return this.#setSlice(object, exists)
    if (object.kind === 'Namespace') return this.#setNamespace(object, exists)
    return object.kind === 'Node' ? this.#setNode(object, exists) : this.#setPod(object, exists)
  }

  #keep<T>(map: Map<string, T>, key: string, object: T | undefined): string[] {
    if (object === undefined) map.delete(key)
    else map.set(key, object)
    return [key]
  }

  #setSlice(slice: EndpointSlice, exists: boolean): string[] {
    const key = keyOf(slice)
    const before = this.#sliceOwners.get(key)
    const name = exists ? slice.metadata.labels[SERVICE_NAME_LABEL] : undefined
    const after = name === undefined ? undefined : `${slice.metadata.namespace}/${name}`
    if (before !== undefined) this.#placeSlice(before, slice, false)
    if (after !== undefined) this.#placeSlice(after, slice, true)
    if (after === undefined) this.#sliceOwners.delete(key)
    else this.#sliceOwners.set(key, after)
    return [before, after].filter((one) => one !== undefined)
  }

  #placeSlice(service: string, slice: EndpointSlice, exists: boolean): void {
    const others = this.slicesOf(service).filter(({ metadata }) => metadata.name !== slice.metadata.name)
    const after = exists ? [...others, slice].toSorted(byName) : others
    if (after.length > 0) this.#slices.set(service, after)
    else this.#slices.delete(service)
  }

  /** Annotations of a namespace are its services' where they say nothing. */
  #setNamespace(namespace: Namespace, exists: boolean): string[] {
    const { name, annotations } = namespace.metadata
    const before = this.namespaces.get(name)
    this.#keep(this.namespaces, name, exists ? namespace : undefined)
    const isSame = sameTexts(before?.metadata.annotations ?? {}, exists ? annotations : {})
    return isSame ? [] : this.#inNamespace(name)
  }

  /** Only this node's labels count. A node that is gone keeps them: it is its object that has gone first. */
  #setNode({ metadata: { name, labels } }: Node, exists: boolean): Concerned {
    if (name !== this.#nodeName || !exists || sameTexts(labels, this.node.labels)) return nobody
    this.node = { name, labels, zone: labels[ZONE_LABEL] || undefined }
    return 'everybody'
  }

  #setPod(pod: Pod, exists: boolean): string[] {
    const key = keyOf(pod)
    const hadPorts = this.hostPods.has(key)
    const hasPorts = exists && hasHostPorts(pod, this.#nodeName)
    if (hadPorts || hasPorts) this.#keep(this.hostPods, key, hasPorts ? pod : undefined)
    const owners = hadPorts || hasPorts ? [podOwner(key)] : []
    const hadEnded = this.#endedPods.get(key)
    const hasEnded = exists && (pod.status.phase === 'Succeeded' || pod.status.phase === 'Failed')
    if (hasEnded) this.#endedPods.set(key, pod.metadata.uid)
    else this.#endedPods.delete(key)
    const isSame = hadEnded === (hasEnded ? pod.metadata.uid : undefined)
    return isSame ? owners : [...owners, ...this.#servicesOf(key, pod.metadata.namespace)]
  }

  /** Services with a slice that lists the pod. Pods end seldom, so that no index is kept. */
  #servicesOf(pod: string, namespace: string): string[] {
    return this.#inNamespace(namespace).filter((service) =>
      this.slicesOf(service).some((slice) => endpointsOf(slice).some((one) => one.pod === pod)),
    )
  }

  #inNamespace(namespace: string): string[] {
    const prefix = `${namespace}/`
    return [...this.services.keys()].filter((key) => key.startsWith(prefix))
  }
}

function byName(a: EndpointSlice, b: EndpointSlice): number {
  return a.metadata.name < b.metadata.name ? -1 : 1
}

function sameTexts(a: Readonly<Record<string, string>>, b: Readonly<Record<string, string>>): boolean {
  const keys = Object.keys(a)
  return keys.length === Object.keys(b).length && keys.every((key) => a[key] === b[key])
}
