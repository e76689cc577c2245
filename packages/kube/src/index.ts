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
export { endpointSlices, namespaces, nodes, pods, services } from './objects/kinds.ts'
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
