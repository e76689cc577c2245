import type { z } from 'zod'
import * as fields from './fields.ts'
import { intern, internRecord } from './intern.ts'
import { addresses, canonical, each } from './keep.ts'
import { namespaced, wireMetadata, type Metadata } from './metadata.ts'

export type Protocol = 'TCP' | 'UDP' | 'SCTP'
export type IpFamily = 'IPv4' | 'IPv6'
export type ServiceType = 'ClusterIP' | 'NodePort' | 'LoadBalancer' | 'ExternalName'
export type TrafficPolicy = 'Cluster' | 'Local'

/** A `v1` Service, as far as it is in use. What is left out has the API server's default. */
export interface Service {
  readonly kind: 'Service'
  readonly metadata: Metadata
  readonly spec: ServiceSpec
  readonly status: { readonly loadBalancer: { readonly ingress: readonly LoadBalancerIngress[] } }
}

export interface ServiceSpec {
  readonly type: ServiceType
  /** Empty: none given yet. `['None']`: headless. */
  readonly clusterIPs: readonly string[]
  readonly ipFamilies: readonly IpFamily[]
  readonly ports: readonly ServicePort[]
  readonly externalIPs: readonly string[]
  readonly loadBalancerIP?: string
  readonly loadBalancerClass?: string
  /** Empty: everybody. */
  readonly loadBalancerSourceRanges: readonly string[]
  readonly externalTrafficPolicy: TrafficPolicy
  readonly internalTrafficPolicy: TrafficPolicy
  readonly sessionAffinity: 'None' | 'ClientIP'
  /** There where the affinity is `ClientIP`. */
  readonly sessionAffinityConfig?: { readonly clientIP: { readonly timeoutSeconds: number } }
  readonly healthCheckNodePort?: number
  /** `PreferSameZone`, `PreferSameNode`, `PreferClose`, or what later releases think of. */
  readonly trafficDistribution?: string
  readonly publishNotReadyAddresses: boolean
  readonly allocateLoadBalancerNodePorts: boolean
  readonly selector: Readonly<Record<string, string>>
  readonly externalName?: string
}

export interface ServicePort {
  /** Empty where the only port has no name. */
  readonly name: string
  readonly protocol: Protocol
  readonly port: number
  /** The endpoints' port, or its name. */
  readonly targetPort: number | string
  readonly nodePort?: number
  readonly appProtocol?: string
}

export interface LoadBalancerIngress {
  readonly ip?: string
  readonly hostname?: string
  /** `Proxy`: packets have to go out to the load balancer, also from inside the cluster. */
  readonly ipMode: 'VIP' | 'Proxy'
}

export const wireProtocol: z.ZodType<Protocol> = fields.word(['TCP', 'UDP', 'SCTP'])
const family = fields.word(['IPv4', 'IPv6'])
const policy = fields.word(['Cluster', 'Local'])

const wirePort = fields.part('a port', {
  name: fields.maybe(fields.text),
  protocol: fields.maybe(wireProtocol),
  port: fields.port,
  targetPort: fields.maybe(fields.portOrName),
  nodePort: fields.maybe(fields.portOrNone),
  appProtocol: fields.maybe(fields.text),
})

function portOf(raw: z.infer<typeof wirePort>): ServicePort {
  return {
    name: intern(raw.name ?? ''),
    protocol: raw.protocol ?? 'TCP',
    port: raw.port,
    targetPort: raw.targetPort || raw.port,
    ...(raw.nodePort && { nodePort: raw.nodePort }),
    ...(raw.appProtocol && { appProtocol: intern(raw.appProtocol) }),
  }
}

const wireIngress = fields.part('an ingress point', {
  ip: fields.maybe(fields.addressOrNone),
  hostname: fields.maybe(fields.text),
  ipMode: fields.maybe(fields.word(['VIP', 'Proxy'])),
})

function ingressOf(raw: z.infer<typeof wireIngress>): LoadBalancerIngress {
  return {
    ...(raw.ip && { ip: canonical(raw.ip) }),
    ...(raw.hostname && { hostname: raw.hostname }),
    ipMode: raw.ipMode ?? 'VIP',
  }
}

const wireAffinity = fields.part('the configuration of the affinity', {
  clientIP: fields.maybe(
    fields.part('the affinity by client', {
      timeoutSeconds: fields.maybe(fields.integer('a number of seconds', 1, 86_400)),
    }),
  ),
})

const wireSpec = fields.part('the spec of a service', {
  type: fields.maybe(fields.word(['ClusterIP', 'NodePort', 'LoadBalancer', 'ExternalName'])),
  clusterIP: fields.maybe(fields.addressOrNone),
  clusterIPs: fields.list('addresses', fields.addressOrNone),
  ipFamilies: fields.list('families', family),
  ports: fields.list('ports', wirePort),
  selector: fields.maybe(fields.texts),
  externalIPs: fields.list('addresses', fields.address),
  loadBalancerIP: fields.maybe(fields.addressOrNone),
  loadBalancerClass: fields.maybe(fields.text),
  loadBalancerSourceRanges: fields.list('prefixes', fields.cidr),
  externalTrafficPolicy: fields.maybe(policy),
  internalTrafficPolicy: fields.maybe(policy),
  sessionAffinity: fields.maybe(fields.word(['None', 'ClientIP'])),
  sessionAffinityConfig: fields.maybe(wireAffinity),
  healthCheckNodePort: fields.maybe(fields.portOrNone),
  trafficDistribution: fields.maybe(fields.text),
  publishNotReadyAddresses: fields.maybe(fields.flag),
  allocateLoadBalancerNodePorts: fields.maybe(fields.flag),
  externalName: fields.maybe(fields.text),
})

type WireSpec = z.infer<typeof wireSpec>

function specOf(raw: WireSpec): ServiceSpec {
  const clusterIPs = clusterIPsOf(raw)
  return {
    type: raw.type ?? 'ClusterIP',
    clusterIPs,
    ipFamilies: raw.ipFamilies?.length ? raw.ipFamilies : clusterIPs.filter((one) => one !== 'None').map(familyOf),
    ports: each(raw.ports, portOf),
    externalIPs: addresses(raw.externalIPs),
    ...(raw.loadBalancerIP && { loadBalancerIP: canonical(raw.loadBalancerIP) }),
    ...(raw.loadBalancerClass && { loadBalancerClass: intern(raw.loadBalancerClass) }),
    loadBalancerSourceRanges: each(raw.loadBalancerSourceRanges, (one) => one.trim()),
    externalTrafficPolicy: raw.externalTrafficPolicy ?? 'Cluster',
    internalTrafficPolicy: raw.internalTrafficPolicy ?? 'Cluster',
    ...affinityOf(raw),
    ...(raw.healthCheckNodePort && { healthCheckNodePort: raw.healthCheckNodePort }),
    ...(raw.trafficDistribution && { trafficDistribution: intern(raw.trafficDistribution) }),
    publishNotReadyAddresses: raw.publishNotReadyAddresses ?? false,
    allocateLoadBalancerNodePorts: raw.allocateLoadBalancerNodePorts ?? true,
    selector: internRecord(raw.selector),
    ...(raw.externalName && { externalName: raw.externalName }),
  }
}

/** API servers before dual stack have `clusterIP` alone. */
function clusterIPsOf({ clusterIP, clusterIPs }: WireSpec): readonly string[] {
  return addresses((clusterIPs?.length ? clusterIPs : [clusterIP ?? '']).filter((one) => one !== ''))
}

function affinityOf(raw: WireSpec): Pick<ServiceSpec, 'sessionAffinity' | 'sessionAffinityConfig'> {
  if (raw.sessionAffinity !== 'ClientIP') return { sessionAffinity: 'None' }
  const timeoutSeconds = raw.sessionAffinityConfig?.clientIP?.timeoutSeconds ?? 10_800
  return { sessionAffinity: 'ClientIP', sessionAffinityConfig: { clientIP: { timeoutSeconds } } }
}

function familyOf(address: string): IpFamily {
  return address.includes(':') ? 'IPv6' : 'IPv4'
}

const wireStatus = fields.part('the status of a service', {
  loadBalancer: fields.maybe(
    fields.part('the status of a load balancer', { ingress: fields.list('ingress points', wireIngress) }),
  ),
})

export const serviceSchema: z.ZodType<Service> = fields
  .part('a Service', { metadata: wireMetadata, spec: wireSpec, status: fields.maybe(wireStatus) })
  .transform((raw) => ({
    kind: 'Service',
    metadata: namespaced(raw.metadata),
    spec: specOf(raw.spec),
    status: { loadBalancer: { ingress: each(raw.status?.loadBalancer?.ingress, ingressOf) } },
  }))
