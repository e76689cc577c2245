import type { Namespace, Pod } from '@skep/kube'
import type { Source } from '@skep/services'

/** The pods of this node and the namespaces of the cluster, as they are known. */
export class PodStore {
  readonly #pods = new Map<string, Pod>()
  readonly #namespaces = new Map<string, Namespace>()
  #changes = 0

  /** Another number after each change. */
  get version(): number {
    return this.#changes
  }

  set(object: Source): void {
    if (object.kind === 'Pod' || object.kind === 'Namespace') this.#changes++
    if (object.kind === 'Pod') this.#pods.set(nameOf(object), object)
    if (object.kind === 'Namespace') this.#namespaces.set(object.metadata.name, object)
  }

  delete(object: Source): void {
    if (object.kind === 'Pod' || object.kind === 'Namespace') this.#changes++
    if (object.kind === 'Pod') this.#pods.delete(nameOf(object))
    if (object.kind === 'Namespace') this.#namespaces.delete(object.metadata.name)
  }

  namespaceOf({ metadata: { namespace } }: Pod): Namespace | undefined {
    return this.#namespaces.get(namespace)
  }

  /** Those with a network of their own, and addresses in it. */
  *networked(): Generator<Pod> {
    for (const pod of this.#pods.values()) {
      const { phase, podIPs } = pod.status
      if (!pod.spec.hostNetwork && podIPs.length > 0 && phase !== 'Succeeded' && phase !== 'Failed') yield pod
    }
  }
}

/** `namespace/name`. */
export function nameOf({ metadata: { namespace, name } }: Pod): string {
  return `${namespace}/${name}`
}
