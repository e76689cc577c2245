export type { KubeTestEnvErrorCode } from './error.ts'
export { KubeTestEnvError } from './error.ts'
export type { KubeTestEnvOptions } from './options.ts'
export { Cluster } from './cluster.ts'
export { kubeTestEnv } from './env.ts'
export type { User } from './control-plane/credentials.ts'
export type { Daemon } from './control-plane/daemon.ts'
export type { KubeProxyOptions } from './kube-proxy.ts'

export type { Kubelets, KubeletOptions } from './network/kubelets.ts'
export type { Machine } from './network/machine.ts'
export type { Network } from './network/network.ts'
export type { Node, NodeOptions } from './network/node.ts'
export type { ContainerPort, Pod, PodOptions } from './network/pod.ts'

export type { List, PatchType, Selection } from './api/client.ts'
export { ApiClient } from './api/client.ts'
export { isStatus } from './api/error.ts'
export type { Endpoint as ApiEndpoint, HttpOptions } from './api/http.ts'
export type { WatchEvent } from './api/watch.ts'
export type * as kinds from './api/kinds.ts'
export type { ObjectName, Resource } from './api/resource.ts'
export {
  configMaps,
  deployments,
  endpointSlices,
  events,
  leases,
  namespaces,
  nodes,
  pods,
  resource,
  services,
} from './api/resource.ts'
export { clusterNeeds, controlPlaneNeeds } from './needs.ts'
