import type * as kinds from './kinds.ts'

/** A resource of the API: where its objects are, and what they are. */
export interface Resource<T extends kinds.KubeObject> {
  readonly apiVersion: string
  readonly kind: string
  readonly plural: string
  readonly namespaced: boolean
  /** Only for the compiler. */
  readonly object?: T
}

/** Names a resource that has no constant here: a custom one, say. */
export function resource<T extends kinds.KubeObject = kinds.KubeObject>(
  apiVersion: string,
  kind: string,
  plural: string,
  scope: 'namespaced' | 'cluster' = 'namespaced',
): Resource<T> {
  return { apiVersion, kind, plural, namespaced: scope === 'namespaced' }
}

export const namespaces: Resource<kinds.KubeObject> = resource('v1', 'Namespace', 'namespaces', 'cluster')
export const nodes: Resource<kinds.Node> = resource('v1', 'Node', 'nodes', 'cluster')
export const pods: Resource<kinds.Pod> = resource('v1', 'Pod', 'pods')
export const services: Resource<kinds.Service> = resource('v1', 'Service', 'services')
export const configMaps: Resource<kinds.ConfigMap> = resource('v1', 'ConfigMap', 'configmaps')
export const events: Resource<kinds.Event> = resource('v1', 'Event', 'events')
export const deployments: Resource<kinds.Deployment> = resource('apps/v1', 'Deployment', 'deployments')
export const leases: Resource<kinds.KubeObject> = resource('coordination.k8s.io/v1', 'Lease', 'leases')
export const endpointSlices: Resource<kinds.EndpointSlice> = resource(
  'discovery.k8s.io/v1',
  'EndpointSlice',
  'endpointslices',
)

/** Which object: its namespace is `default` unless it says otherwise. */
export interface ObjectName {
  readonly name: string
  readonly namespace?: string | undefined
}

/** `/api/v1/namespaces/default/pods/a`, or without the name, all of a namespace; without that, all there are. */
export function pathOf(
  { apiVersion, plural, namespaced }: Resource<kinds.KubeObject>,
  at: Partial<ObjectName>,
): string {
  const group = apiVersion.includes('/') ? `/apis/${apiVersion}` : `/api/${apiVersion}`
  const namespace = namespaced ? (at.namespace ?? (at.name === undefined ? undefined : 'default')) : undefined
  const scope = namespace === undefined ? '' : `/namespaces/${namespace}`
  return `${group}${scope}/${plural}${at.name === undefined ? '' : `/${at.name}`}`
}
