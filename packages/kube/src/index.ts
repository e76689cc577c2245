export type { ApiClientOptions, ApiRequest, ApiStream } from './api/client.ts'
export { ApiClient } from './api/client.ts'
export type { Clock } from './clock.ts'
export { hostClock } from './clock.ts'
export type { Cluster, Material } from './cluster/cluster.ts'
export type { InClusterOptions } from './cluster/in-cluster.ts'
export { inCluster } from './cluster/in-cluster.ts'
export type { KubeConfigOptions } from './cluster/kubeconfig.ts'
export { loadKubeConfig, readKubeConfig } from './cluster/kubeconfig.ts'
export type { KubeErrorCode, KubeErrorOptions } from './error.ts'
export { KubeError } from './error.ts'
export type { FolderSourceOptions } from './folder/folder-source.ts'
export { FolderSource } from './folder/folder-source.ts'
export type { FieldSelector, LabelRequirement, LabelSelector } from './follow/selector.ts'
export { formatLabelSelector, matchesLabels } from './follow/selector.ts'
export { describeFollow } from './follow/explain.ts'
export type { Metric } from './follow/metrics.ts'
export { kubeMetrics } from './follow/metrics.ts'
export type { FollowOptions, Source } from './follow/source.ts'
export type { FollowCounts, FollowState, FollowStatus, Refused, RestartReason } from './follow/status.ts'
export type { ConfigMap } from './objects/config-map.ts'
export type { ElectionOptions, ElectionStatus } from './leader/election.ts'
export { Election } from './leader/election.ts'
export type {
  Endpoint,
  EndpointConditions,
  EndpointHints,
  EndpointPort,
  EndpointSlice,
  EndpointTarget,
} from './objects/endpoint-slice.ts'
export { SERVICE_NAME_LABEL } from './objects/endpoint-slice.ts'
export type { Kind, KubeObject } from './objects/kinds.ts'
export { configMaps, endpointSlices, namespaces, nodes, pods, services } from './objects/kinds.ts'
export type { Metadata } from './objects/metadata.ts'
export type { Namespace } from './objects/namespace.ts'
export type { Condition, Node, NodeAddress, Taint } from './objects/node.ts'
export type { Fault, Parsed, Refusal } from './objects/parse.ts'
export { formatRefusal, keyOf, objectKey, parseObject } from './objects/parse.ts'
export type { Container, ContainerPort, Pod } from './objects/pod.ts'
export type {
  IpFamily,
  LoadBalancerIngress,
  Protocol,
  Service,
  ServicePort,
  ServiceSpec,
  ServiceType,
  TrafficPolicy,
} from './objects/service.ts'
export type { Change } from './store/change.ts'
export type { Index, IndexBy } from './store/index-of.ts'
export { byIp, byLabel, byNamespace, byNode, byService } from './store/index-of.ts'
export { ObjectStore } from './store/object-store.ts'
export { Reader } from './store/reader.ts'
export type { Store } from './store/store.ts'
export type { Rounds } from './store/together.ts'
export { together } from './store/together.ts'
export type { ApiSourceOptions } from './watch/api-source.ts'
export { ApiSource } from './watch/api-source.ts'
export type { Limits } from './watch/following.ts'
export { collectionPath, objectPath } from './watch/query.ts'
export type { Listing } from './watch/reflector.ts'
export type { EventTarget, KubeEvent, Reporter } from './write/event.ts'
export type { RecorderOptions } from './write/recorder.ts'
export { EventRecorder } from './write/recorder.ts'
export type { Current, ObjectName, UpdateOptions, WriteOptions } from './write/status.ts'
export { applyStatus, updateStatus } from './write/status.ts'
