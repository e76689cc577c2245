import type { z } from 'zod'
import * as fields from './fields.ts'
import { internRecord } from './intern.ts'
import { namespaced, type Metadata } from './metadata.ts'

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

export const protocol: z.ZodType<Protocol> = fields.word(['TCP', 'UDP', 'SCTP'])
const family = fields.word(['IPv4', 'IPv6'])
const policy = fields.word(['Cluster', 'Local'])

const servicePort: z.ZodType<ServicePort> = fields
  .part('a port', {
    name: fields.maybe(fields.text),
    protocol: fields.maybe(protocol),
    port: fields.port,
    targetPort: fields.maybe(fields.portOrName),
    nodePort: fields.maybe(fields.portOrNone),
    appProtocol: fields.maybe(fields.text),
  })
  .transform((raw) => ({
    name: raw.name ?? '',
    protocol: raw.protocol ?? 'TCP',
    port: raw.port,
    targetPort: raw.targetPort || raw.port,
    ...(raw.nodePort && { nodePort: raw.nodePort }),
    ...(raw.appProtocol && { appProtocol: raw.appProtocol }),
  }))

const ingress: z.ZodType<LoadBalancerIngress> = fields
  .part('an ingress point', {
    ip: fields.maybe(fields.addressOrNone),
    hostname: fields.maybe(fields.text),
    ipMode: fields.maybe(fields.word(['VIP', 'Proxy'])),
  })
  .transform((raw) => ({
    ...(raw.ip && { ip: raw.ip }),
    ...(raw.hostname && { hostname: raw.hostname }),
    ipMode: raw.ipMode ?? 'VIP',
  }))

const wireSpec = fields.part('the spec of a service', {
  type: fields.maybe(fields.word(['ClusterIP', 'NodePort', 'LoadBalancer', 'ExternalName'])),
  clusterIP: fields.maybe(fields.addressOrNone),
  clusterIPs: fields.list('addresses', fields.addressOrNone),
  ipFamilies: fields.list('families', family),
  ports: fields.list('ports', servicePort),
  externalIPs: fields.list('addresses', fields.address),
  loadBalancerIP: fields.maybe(fields.addressOrNone),
  loadBalancerClass: fields.maybe(fields.text),
  loadBalancerSourceRanges: fields.list('prefixes', fields.cidr),
  externalTrafficPolicy: fields.maybe(policy),
  internalTrafficPolicy: fields.maybe(policy),
  sessionAffinity: fields.maybe(fields.word(['None', 'ClientIP'])),
  sessionAffinityConfig: fields.maybe(
    fields.part('the configuration of the affinity', {
      clientIP: fields.maybe(
        fields.part('the affinity by client', {
          timeoutSeconds: fields.maybe(fields.integer('a number of seconds', 1, 86_400)),
        }),
      ),
    }),
  ),
  healthCheckNodePort: fields.maybe(fields.portOrNone),
  trafficDistribution: fields.maybe(fields.text),
  publishNotReadyAddresses: fields.maybe(fields.flag),
  allocateLoadBalancerNodePorts: fields.maybe(fields.flag),
  selector: fields.maybe(fields.texts),
  externalName: fields.maybe(fields.text),
})

const spec: z.ZodType<ServiceSpec> = wireSpec.transform((raw) => {
  const clusterIPs = (raw.clusterIPs.length > 0 ? raw.clusterIPs : [raw.clusterIP ?? '']).filter((one) => one !== '')
  const sessionAffinity = raw.sessionAffinity ?? 'None'
  return {
    type: raw.type ?? 'ClusterIP',
    clusterIPs,
    ipFamilies: raw.ipFamilies.length > 0 ? raw.ipFamilies : clusterIPs.filter((one) => one !== 'None').map(familyOf),
    ports: raw.ports,
    externalIPs: raw.externalIPs,
    ...(raw.loadBalancerIP && raw.loadBalancerIP !== 'None' && { loadBalancerIP: raw.loadBalancerIP }),
    ...(raw.loadBalancerClass && { loadBalancerClass: raw.loadBalancerClass }),
    loadBalancerSourceRanges: raw.loadBalancerSourceRanges,
    externalTrafficPolicy: raw.externalTrafficPolicy ?? 'Cluster',
    internalTrafficPolicy: raw.internalTrafficPolicy ?? 'Cluster',
    sessionAffinity,
    ...(sessionAffinity === 'ClientIP' && {
      sessionAffinityConfig: {
        clientIP: { timeoutSeconds: raw.sessionAffinityConfig?.clientIP?.timeoutSeconds ?? 10_800 },
      },
    }),
    ...(raw.healthCheckNodePort && { healthCheckNodePort: raw.healthCheckNodePort }),
    ...(raw.trafficDistribution && { trafficDistribution: raw.trafficDistribution }),
    publishNotReadyAddresses: raw.publishNotReadyAddresses ?? false,
    allocateLoadBalancerNodePorts: raw.allocateLoadBalancerNodePorts ?? true,
    selector: internRecord(raw.selector),
    ...(raw.externalName && { externalName: raw.externalName }),
  }
})

function familyOf(address: string): IpFamily {
  return address.includes(':') ? 'IPv6' : 'IPv4'
}

const status = fields.part('the status of a service', {
  loadBalancer: fields.maybe(
    fields.part('the status of a load balancer', { ingress: fields.list('ingress points', ingress) }),
  ),
})

export const serviceSchema: z.ZodType<Service> = fields
  .part('a Service', { metadata: namespaced, spec, status: fields.maybe(status) })
  .transform((raw) => ({
    kind: 'Service',
    metadata: raw.metadata,
    spec: raw.spec,
    status: { loadBalancer: { ingress: raw.status?.loadBalancer?.ingress ?? [] } },
  }))
