import { isIPv4, isIPv6 } from 'node:net'
import { wrong } from '@skep/config-file'
import type { z } from 'zod'
import * as fields from './fields.ts'
import { intern } from './intern.ts'
import { addresses, each, type Nullish } from './keep.ts'
import { namespaced, wireMetadata, type Metadata } from './metadata.ts'
import { wireProtocol, type Protocol } from './service.ts'

/** The label by which a slice belongs to a service of its namespace. */
export const SERVICE_NAME_LABEL = 'kubernetes.io/service-name'

/** A `discovery.k8s.io/v1` EndpointSlice, as far as it is in use. */
export interface EndpointSlice {
  readonly kind: 'EndpointSlice'
  readonly metadata: Metadata
  readonly addressType: 'IPv4' | 'IPv6' | 'FQDN'
  readonly endpoints: readonly Endpoint[]
  readonly ports: readonly EndpointPort[]
}

export interface Endpoint {
  /** They stand for one another; consumers take the first. */
  readonly addresses: readonly string[]
  readonly conditions: EndpointConditions
  readonly hostname?: string
  readonly nodeName?: string
  readonly zone?: string
  readonly hints?: EndpointHints
  readonly targetRef?: EndpointTarget
}

/** What is unknown counts as the API says: ready and serving, and not terminating. */
export interface EndpointConditions {
  readonly ready: boolean
  readonly serving: boolean
  readonly terminating: boolean
}

/** Whom the control plane meant it for. */
export interface EndpointHints {
  readonly forZones: readonly { readonly name: string }[]
  readonly forNodes: readonly { readonly name: string }[]
}

export interface EndpointTarget {
  readonly kind: string
  readonly namespace: string
  readonly name: string
  readonly uid: string
}

export interface EndpointPort {
  readonly name: string
  readonly protocol: Protocol
  /** Left out: every port. */
  readonly port?: number
  readonly appProtocol?: string
}

/** All that there are, so that each exists once. */
const conditions = [false, true].map((ready) =>
  [false, true].map((serving) =>
    [false, true].map((terminating): EndpointConditions => Object.freeze({ ready, serving, terminating })),
  ),
)

function conditionsOf(raw: Nullish<{ [K in keyof EndpointConditions]?: Nullish<boolean> }>): EndpointConditions {
  const [ready, serving, terminating] = [raw?.ready ?? true, raw?.serving ?? true, raw?.terminating ?? false]
  return conditions[Number(ready)]![Number(serving)]![Number(terminating)]!
}

const wireNames = fields.list('names', fields.part('a name', { name: fields.text }))

const wireEndpoint = fields.part('an endpoint', {
  addresses: fields.list('addresses', fields.text),
  conditions: fields.maybe(
    fields.part('conditions', {
      ready: fields.maybe(fields.flag),
      serving: fields.maybe(fields.flag),
      terminating: fields.maybe(fields.flag),
    }),
  ),
  hostname: fields.maybe(fields.text),
  nodeName: fields.maybe(fields.text),
  zone: fields.maybe(fields.text),
  hints: fields.maybe(fields.part('hints', { forZones: wireNames, forNodes: wireNames })),
  targetRef: fields.maybe(
    fields.part('a target', {
      kind: fields.maybe(fields.text),
      namespace: fields.maybe(fields.text),
      name: fields.maybe(fields.text),
      uid: fields.maybe(fields.text),
    }),
  ),
})

type WireEndpoint = z.infer<typeof wireEndpoint>

function endpointOf(raw: WireEndpoint): Endpoint {
  const hints = hintsOf(raw.hints)
  return {
    addresses: addresses(raw.addresses),
    conditions: conditionsOf(raw.conditions),
    ...(raw.hostname && { hostname: raw.hostname }),
    ...(raw.nodeName && { nodeName: intern(raw.nodeName) }),
    ...(raw.zone && { zone: intern(raw.zone) }),
    ...(hints && { hints }),
    ...(raw.targetRef && { targetRef: targetOf(raw.targetRef) }),
  }
}

function targetOf(raw: NonNullable<WireEndpoint['targetRef']>): EndpointTarget {
  return {
    kind: intern(raw.kind ?? ''),
    namespace: intern(raw.namespace ?? ''),
    name: raw.name ?? '',
    uid: raw.uid ?? '',
  }
}

/** Hints for nobody are none. */
function hintsOf(raw: WireEndpoint['hints']): EndpointHints | undefined {
  if (!raw?.forZones?.length && !raw?.forNodes?.length) return undefined
  return { forZones: each(raw.forZones, internName), forNodes: each(raw.forNodes, internName) }
}

const names = new Map<string, { readonly name: string }>()

/** Zones and nodes are few, and are named by every endpoint. */
function internName({ name }: { name: string }): { readonly name: string } {
  const known = names.get(name)
  if (known !== undefined) return known
  if (names.size >= 16_384) names.clear()
  const one = Object.freeze({ name: intern(name) })
  names.set(name, one)
  return one
}

const wirePort = fields.part('a port', {
  name: fields.maybe(fields.text),
  protocol: fields.maybe(wireProtocol),
  port: fields.maybe(fields.port),
  appProtocol: fields.maybe(fields.text),
})

function portOf(raw: z.infer<typeof wirePort>): EndpointPort {
  return {
    name: intern(raw.name ?? ''),
    protocol: raw.protocol ?? 'TCP',
    ...(raw.port != null && { port: raw.port }),
    ...(raw.appProtocol && { appProtocol: intern(raw.appProtocol) }),
  }
}

const wireSlice = fields.part('an EndpointSlice', {
  metadata: wireMetadata,
  addressType: fields.word(['IPv4', 'IPv6', 'FQDN']),
  endpoints: fields.list('endpoints', wireEndpoint),
  ports: fields.list('ports', wirePort),
})

export const endpointSliceSchema: z.ZodType<EndpointSlice> = wireSlice.transform((raw, context) => {
  if (raw.addressType !== 'FQDN') context.issues.push(...foreignAddresses(raw))
  return {
    kind: 'EndpointSlice',
    metadata: namespaced(raw.metadata),
    addressType: raw.addressType,
    endpoints: each(raw.endpoints, endpointOf),
    ports: each(raw.ports, portOf),
  }
})

/** Every address has to be of the slice's family. */
function foreignAddresses({ addressType, endpoints }: z.infer<typeof wireSlice>): z.core.$ZodRawIssue[] {
  const fits = addressType === 'IPv6' ? isIPv6 : isIPv4
  const advice = `write one like ${addressType === 'IPv6' ? '"2001:db8::1"' : '10.0.0.1'}`
  return (endpoints ?? []).flatMap(({ addresses }, i) =>
    (addresses ?? []).flatMap((input, j) =>
      fits(input)
        ? []
        : {
            code: 'custom' as const,
            path: ['endpoints', i, 'addresses', j],
            message: wrong(input, `an ${addressType} address`, advice),
            input,
          },
    ),
  )
}
