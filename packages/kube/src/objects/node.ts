import type { z } from 'zod'
import * as fields from './fields.ts'
import { intern } from './intern.ts'
import { canonical, each } from './keep.ts'
import { clusterWide, wireMetadata, type Metadata } from './metadata.ts'

/** A `v1` Node, as far as it is in use. */
export interface Node {
  readonly kind: 'Node'
  readonly metadata: Metadata
  readonly spec: {
    /** One of each family at most; empty until the node has been given some. */
    readonly podCIDRs: readonly string[]
    readonly unschedulable: boolean
    readonly taints: readonly Taint[]
    readonly providerID?: string
  }
  readonly status: {
    readonly addresses: readonly NodeAddress[]
    readonly conditions: readonly Condition[]
  }
}

export interface Taint {
  readonly key: string
  readonly value: string
  readonly effect: string
}

export interface NodeAddress {
  /** `InternalIP`, `ExternalIP`, `Hostname`, `InternalDNS`, `ExternalDNS`. */
  readonly type: string
  readonly address: string
}

export interface Condition {
  /** `Ready`, `NetworkUnavailable`, … */
  readonly type: string
  readonly status: string
}

export const wireCondition: z.ZodObject<{ type: typeof fields.text; status: typeof fields.text }> = fields.part(
  'a condition',
  { type: fields.text, status: fields.text },
)

/** What a part is like, without what changes every few minutes: times, reasons, messages. */
export function conditionOf({ type, status }: Condition): Condition {
  return { type: intern(type), status: intern(status) }
}

const wireTaint = fields.part('a taint', {
  key: fields.text,
  value: fields.maybe(fields.text),
  effect: fields.maybe(fields.text),
})

function taintOf({ key, value, effect }: z.infer<typeof wireTaint>): Taint {
  return { key: intern(key), value: intern(value ?? ''), effect: intern(effect ?? '') }
}

const wireAddress = fields.part('an address', { type: fields.text, address: fields.text })

function nodeAddressOf({ type, address }: NodeAddress): NodeAddress {
  return { type: intern(type), address: canonical(address) }
}

const wireSpec = fields.part('the spec of a node', {
  podCIDR: fields.maybe(fields.text),
  podCIDRs: fields.list('prefixes', fields.cidr),
  unschedulable: fields.maybe(fields.flag),
  taints: fields.list('taints', wireTaint),
  providerID: fields.maybe(fields.text),
})

const wireStatus = fields.part('the status of a node', {
  addresses: fields.list('addresses', wireAddress),
  conditions: fields.list('conditions', wireCondition),
})

export const nodeSchema: z.ZodType<Node> = fields
  .part('a Node', { metadata: wireMetadata, spec: fields.maybe(wireSpec), status: fields.maybe(wireStatus) })
  .transform(({ metadata, spec, status }) => ({
    kind: 'Node',
    metadata: clusterWide(metadata),
    spec: {
      podCIDRs: spec?.podCIDRs?.length ? spec.podCIDRs : spec?.podCIDR ? [spec.podCIDR] : [],
      unschedulable: spec?.unschedulable ?? false,
      taints: each(spec?.taints, taintOf),
      ...(spec?.providerID && { providerID: spec.providerID }),
    },
    status: {
      addresses: each(status?.addresses, nodeAddressOf),
      conditions: each(status?.conditions, conditionOf),
    },
  }))
