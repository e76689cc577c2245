import type { z } from 'zod'
import * as fields from './fields.ts'
import { intern } from './intern.ts'
import { canonical, each, type Nullish } from './keep.ts'
import { namespaced, wireMetadata, type Metadata } from './metadata.ts'
import { conditionOf, wireCondition, type Condition } from './node.ts'
import { wireProtocol, type Protocol } from './service.ts'

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

const wirePort = fields.part('a port', {
  name: fields.maybe(fields.text),
  protocol: fields.maybe(wireProtocol),
  containerPort: fields.port,
  hostPort: fields.maybe(fields.portOrNone),
  hostIP: fields.maybe(fields.addressOrNone),
})

function portOf(raw: z.infer<typeof wirePort>): ContainerPort {
  return {
    name: intern(raw.name ?? ''),
    protocol: raw.protocol ?? 'TCP',
    containerPort: raw.containerPort,
    ...(raw.hostPort && { hostPort: raw.hostPort }),
    ...(raw.hostIP && raw.hostIP !== 'None' && { hostIP: canonical(raw.hostIP) }),
  }
}

const wireContainer = fields.part('a container', {
  name: fields.name,
  restartPolicy: fields.maybe(fields.text),
  ports: fields.list('ports', wirePort),
})

type WireContainer = z.infer<typeof wireContainer>

function containerOf({ name, ports }: WireContainer): Container {
  return { name: intern(name), ports: each(ports, portOf) }
}

/** Init containers that are restarted go on beside the others. */
function running(containers: Nullish<WireContainer[]>, init: Nullish<WireContainer[]>): readonly Container[] {
  const sidecars = init?.filter(({ restartPolicy }) => restartPolicy === 'Always') ?? []
  return each([...(containers ?? []), ...sidecars], containerOf)
}

const ips = fields.list('addresses', fields.part('an address', { ip: fields.maybe(fields.addressOrNone) }))

const wireSpec = fields.part('the spec of a pod', {
  nodeName: fields.maybe(fields.text),
  hostNetwork: fields.maybe(fields.flag),
  serviceAccountName: fields.maybe(fields.text),
  containers: fields.list('containers', wireContainer),
  initContainers: fields.list('containers', wireContainer),
})

const wireStatus = fields.part('the status of a pod', {
  phase: fields.maybe(fields.text),
  podIP: fields.maybe(fields.addressOrNone),
  podIPs: ips,
  hostIP: fields.maybe(fields.addressOrNone),
  hostIPs: ips,
  conditions: fields.list('conditions', wireCondition),
})

export const podSchema: z.ZodType<Pod> = fields
  .part('a Pod', { metadata: wireMetadata, spec: wireSpec, status: fields.maybe(wireStatus) })
  .transform(({ metadata, spec, status }) => ({
    kind: 'Pod',
    metadata: namespaced(metadata),
    spec: {
      ...(spec.nodeName && { nodeName: intern(spec.nodeName) }),
      hostNetwork: spec.hostNetwork ?? false,
      serviceAccountName: intern(spec.serviceAccountName || 'default'),
      containers: running(spec.containers, spec.initContainers),
    },
    status: {
      phase: intern(status?.phase || 'Pending'),
      podIPs: addressesOf(status?.podIPs, status?.podIP),
      hostIPs: addressesOf(status?.hostIPs, status?.hostIP),
      conditions: each(status?.conditions, conditionOf),
    },
  }))

/** Both families; API servers before dual stack have the first alone. */
function addressesOf(all: Nullish<{ ip?: Nullish<string> }[]>, first: Nullish<string>): readonly { ip: string }[] {
  const known = (all ?? []).flatMap(({ ip }) => (ip ? [{ ip: canonical(ip) }] : []))
  return known.length > 0 || !first ? known : [{ ip: canonical(first) }]
}
