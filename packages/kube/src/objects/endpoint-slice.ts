import { show } from '@skep/config-file'
import { z } from 'zod'
import * as fields from './fields.ts'
import { intern } from './intern.ts'
import { namespaced, type Metadata } from './metadata.ts'
import { protocol, type Protocol } from './service.ts'

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

function conditionsOf(ready = true, serving = true, terminating = false): EndpointConditions {
  return conditions[Number(ready)]![Number(serving)]![Number(terminating)]!
}

const named = z.array(fields.part('a name', { name: fields.text })).nullish()

const endpoint: z.ZodType<Endpoint> = fields
  .part('an endpoint', {
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
    hints: fields.maybe(fields.part('hints', { forZones: named, forNodes: named })),
    targetRef: fields.maybe(
      fields.part('a target', {
        kind: fields.maybe(fields.text),
        namespace: fields.maybe(fields.text),
        name: fields.maybe(fields.text),
        uid: fields.maybe(fields.text),
      }),
    ),
  })
  .transform((raw) => ({
    addresses: raw.addresses,
    conditions: conditionsOf(raw.conditions?.ready, raw.conditions?.serving, raw.conditions?.terminating),
    ...(raw.hostname && { hostname: raw.hostname }),
    ...(raw.nodeName && { nodeName: intern(raw.nodeName) }),
    ...(raw.zone && { zone: intern(raw.zone) }),
    ...(raw.hints && hintsOf(raw.hints)),
    ...(raw.targetRef && {
      targetRef: {
        kind: intern(raw.targetRef.kind ?? ''),
        namespace: intern(raw.targetRef.namespace ?? ''),
        name: raw.targetRef.name ?? '',
        uid: raw.targetRef.uid ?? '',
      },
    }),
  }))

type Named = readonly { readonly name: string }[] | null | undefined

/** Hints for nobody are none. */
function hintsOf({ forZones, forNodes }: { forZones?: Named; forNodes?: Named }): { hints?: EndpointHints } {
  if (!forZones?.length && !forNodes?.length) return {}
  return { hints: { forZones: internNames(forZones), forNodes: internNames(forNodes) } }
}

function internNames(names: Named): readonly { readonly name: string }[] {
  return (names ?? []).map(({ name }) => ({ name: intern(name) }))
}

const endpointPort: z.ZodType<EndpointPort> = fields
  .part('a port', {
    name: fields.maybe(fields.text),
    protocol: fields.maybe(protocol),
    port: fields.maybe(fields.port),
    appProtocol: fields.maybe(fields.text),
  })
  .transform((raw) => ({
    name: intern(raw.name ?? ''),
    protocol: raw.protocol ?? 'TCP',
    ...(raw.port !== undefined && { port: raw.port }),
    ...(raw.appProtocol && { appProtocol: intern(raw.appProtocol) }),
  }))

export const endpointSliceSchema: z.ZodType<EndpointSlice> = fields
  .part('an EndpointSlice', {
    metadata: namespaced,
    addressType: fields.word(['IPv4', 'IPv6', 'FQDN']),
    endpoints: fields.list('endpoints', endpoint),
    ports: fields.list('ports', endpointPort),
  })
  .transform((raw, context) => {
    if (raw.addressType !== 'FQDN') checkAddresses(raw, context)
    return { kind: 'EndpointSlice', ...raw }
  })

/** Every address has to be of the slice's family. */
function checkAddresses(slice: Omit<EndpointSlice, 'kind'>, context: z.core.$RefinementCtx): void {
  const { addressType, endpoints } = slice
  const fits = fields.isAddressOf(addressType === 'IPv6' ? 'IPv6' : 'IPv4')
  const example = addressType === 'IPv6' ? '"2001:db8::1"' : '10.0.0.1'
  for (const [i, { addresses }] of endpoints.entries())
    for (const [j, one] of addresses.entries())
      if (!fits(one))
        context.issues.push({
          code: 'custom',
          path: ['endpoints', i, 'addresses', j],
          message: `${show(one)} is not an ${addressType} address; write one like ${example}`,
          input: one,
        })
}
