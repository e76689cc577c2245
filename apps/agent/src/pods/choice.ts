import type { Namespace, Pod } from '@skep/kube'
import { show } from '@skep/config-file'

/** An annotation or a label of a pod, or of a namespace for all its pods. */
export const SERVICES_AT = 'skep.dev/services-at'

/** Where a pod's service addresses become backends: at its sockets, or packet by packet at its device. */
export type ServicesAt = 'socket' | 'device'

export interface Choice {
  readonly at: ServicesAt
  /** Who decided. */
  readonly why: string
  /** What is written, and has no effect. */
  readonly problem?: string
}

interface Told {
  readonly who: string
  readonly value: string
}

/** Where a pod's services are translated. Its own word counts before its namespace's. Pure. */
export function chooseFor(pod: Pod, namespace: Namespace | undefined, hostNamespaceOnly: boolean): Choice {
  const told = toldBy('the pod', pod) ?? (namespace && toldBy(`namespace ${namespace.metadata.name}`, namespace))
  const usual: Choice = hostNamespaceOnly
    ? { at: 'device', why: 'bpf-lb-sock-hostns-only' }
    : { at: 'socket', why: 'that is usual' }
  if (told === undefined) return usual
  const written = `${SERVICES_AT} of ${told.who}`
  if (told.value !== 'socket' && told.value !== 'device')
    return { ...usual, problem: `${written} is ${show(told.value)}; write socket or device` }
  if (hostNamespaceOnly && told.value === 'socket')
    return {
      ...usual,
      problem: `${written} is socket, but bpf-lb-sock-hostns-only leaves the sockets of all pods alone`,
    }
  return { at: told.value, why: `${written} is ${told.value}` }
}

function toldBy(who: string, { metadata: { annotations, labels } }: Pod | Namespace): Told | undefined {
  const value = annotations[SERVICES_AT] ?? labels[SERVICES_AT]
  return value === undefined ? undefined : { who, value }
}

/** Containers of meshes that send on what they are given by where it was going. */
const SIDECARS: ReadonlySet<string> = new Set([
  'istio-proxy',
  'linkerd-proxy',
  'kuma-sidecar',
  'consul-dataplane',
  'osm-envoy',
])

/** What to know about a pod that has a sidecar and is served at its sockets. Pure. */
export function sidecarHint({ spec: { containers } }: Pod, { at }: Choice): string | undefined {
  const sidecar = containers.find(({ name }) => SIDECARS.has(name))
  if (at === 'device' || sidecar === undefined) return undefined
  return `its sidecar ${sidecar.name} sees backends in place of services, as they are chosen at the socket; annotate the pod or its namespace with ${SERVICES_AT}=device`
}
