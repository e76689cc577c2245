import type { z } from 'zod'
import * as fields from './fields.ts'
import { intern } from './intern.ts'
import { namespaced, type Metadata } from './metadata.ts'
import { condition, type Condition } from './node.ts'
import { protocol, type Protocol } from './service.ts'

/** A `v1` Pod, as far as it is in use. */
export interface Pod {
  readonly kind: 'Pod'
  readonly metadata: Metadata
  readonly spec: {
    /** Left out until it is scheduled. */
    readonly nodeName?: string
    readonly hostNetwork: boolean
    readonly serviceAccountName: string
    /** Also init containers that go on running beside the others (sidecars). */
    readonly containers: readonly Container[]
  }
  readonly status: {
    /** `Pending`, `Running`, `Succeeded`, `Failed`, `Unknown`. */
    readonly phase: string
    readonly podIPs: readonly { readonly ip: string }[]
    readonly hostIPs: readonly { readonly ip: string }[]
    readonly conditions: readonly Condition[]
  }
}

export interface Container {
  readonly name: string
  readonly ports: readonly ContainerPort[]
}

export interface ContainerPort {
  readonly name: string
  readonly protocol: Protocol
  readonly containerPort: number
  readonly hostPort?: number
  /** Left out: every address of the node. */
  readonly hostIP?: string
}

const containerPort: z.ZodType<ContainerPort> = fields
  .part('a port', {
    name: fields.maybe(fields.text),
    protocol: fields.maybe(protocol),
    containerPort: fields.port,
    hostPort: fields.maybe(fields.portOrNone),
    hostIP: fields.maybe(fields.addressOrNone),
  })
  .transform((raw) => ({
    name: intern(raw.name ?? ''),
    protocol: raw.protocol ?? 'TCP',
    containerPort: raw.containerPort,
    ...(raw.hostPort && { hostPort: raw.hostPort }),
    ...(raw.hostIP && raw.hostIP !== 'None' && { hostIP: raw.hostIP }),
  }))

const container = fields.part('a container', {
  name: fields.name,
  restartPolicy: fields.maybe(fields.text),
  ports: fields.list('ports', containerPort),
})

const ips = fields.list(
  'addresses',
  fields.part('an address', { ip: fields.maybe(fields.addressOrNone) }).transform(({ ip }) => ({ ip: ip ?? '' })),
)

const wireSpec = fields.part('the spec of a pod', {
  nodeName: fields.maybe(fields.text),
  hostNetwork: fields.maybe(fields.flag),
  serviceAccountName: fields.maybe(fields.text),
  containers: fields.list('containers', container),
  initContainers: fields.list('containers', container),
})

const wireStatus = fields.part('the status of a pod', {
  phase: fields.maybe(fields.text),
  podIP: fields.maybe(fields.addressOrNone),
  podIPs: ips,
  hostIP: fields.maybe(fields.addressOrNone),
  hostIPs: ips,
  conditions: fields.list('conditions', condition),
})

export const podSchema: z.ZodType<Pod> = fields
  .part('a Pod', { metadata: namespaced, spec: wireSpec, status: fields.maybe(wireStatus) })
  .transform(({ metadata, spec, status }) => ({
    kind: 'Pod',
    metadata,
    spec: {
      ...(spec.nodeName && { nodeName: intern(spec.nodeName) }),
      hostNetwork: spec.hostNetwork ?? false,
      serviceAccountName: intern(spec.serviceAccountName || 'default'),
      containers: [...spec.containers, ...spec.initContainers.filter(isSidecar)].map(({ name, ports }) => ({
        name: intern(name),
        ports,
      })),
    },
    status: {
      phase: intern(status?.phase || 'Pending'),
      podIPs: addressesOf(status?.podIPs, status?.podIP),
      hostIPs: addressesOf(status?.hostIPs, status?.hostIP),
      conditions: status?.conditions ?? [],
    },
  }))

function isSidecar({ restartPolicy }: { restartPolicy: string | undefined }): boolean {
  return restartPolicy === 'Always'
}

type Ips = readonly { readonly ip: string }[]

/** Both families; API servers before dual stack have the first alone. */
function addressesOf(all: Ips | undefined, first: string | undefined): Ips {
  const known = (all ?? []).filter(({ ip }) => ip !== '')
  return known.length > 0 || !first ? known : [{ ip: first }]
}
