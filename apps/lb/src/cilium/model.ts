import { z } from 'zod'
import { type BackendState, backendStates } from '../config/state.ts'

/** `FrontendAddress` of Cilium's API. */
export interface FrontendAddress {
  readonly ip?: string | undefined
  readonly port?: number | undefined
  readonly protocol?: 'tcp' | 'udp' | 'any' | 'none' | undefined
  readonly scope?: 'external' | 'internal' | undefined
}

/** `BackendAddress`; `state` and `weight` are of releases after 1.11. */
export interface BackendAddress {
  readonly ip: string
  readonly port?: number | undefined
  readonly nodeName?: string | undefined
  readonly state?: BackendState | undefined
  readonly weight?: number | undefined
}

/** What Cilium knows of a service beside its addresses. */
export interface ServiceFlags {
  readonly type?: (typeof types)[number] | undefined
  readonly trafficPolicy?: 'Cluster' | 'Local' | undefined
  readonly natPolicy?: 'None' | 'Nat46' | 'Nat64' | undefined
  readonly healthCheckNodePort?: number | undefined
  readonly name?: string | undefined
  readonly namespace?: string | undefined
}

/** `ServiceSpec`. */
export interface ServiceSpec {
  readonly id?: number | undefined
  readonly 'frontend-address': FrontendAddress
  readonly 'backend-addresses'?: readonly BackendAddress[] | undefined
  readonly flags?: ServiceFlags | undefined
  /** All services that have these backends get their states; id and frontend do not count. After 1.11. */
  readonly updateServices?: boolean | undefined
}

/** `Service`: what was put, and what is carried out. */
export interface CiliumService {
  readonly spec: ServiceSpec
  readonly status: { readonly realized: ServiceSpec }
}

const types = ['ClusterIP', 'NodePort', 'ExternalIPs', 'HostPort', 'LoadBalancer', 'LocalRedirect'] as const
const port = z.int().min(0).max(65_535)

const frontendAddress: z.ZodType<FrontendAddress> = z.object({
  ip: z.string().optional(),
  port: port.optional(),
  protocol: z.enum(['tcp', 'udp', 'any', 'none']).optional(),
  scope: z.enum(['external', 'internal']).optional(),
})

const backendAddress: z.ZodType<BackendAddress> = z.object({
  ip: z.string(),
  port: port.optional(),
  nodeName: z.string().optional(),
  state: z.enum(backendStates).optional(),
  weight: port.optional(),
})

const serviceFlags: z.ZodType<ServiceFlags> = z.object({
  type: z.enum(types).optional(),
  trafficPolicy: z.enum(['Cluster', 'Local']).optional(),
  natPolicy: z.enum(['None', 'Nat46', 'Nat64']).optional(),
  healthCheckNodePort: port.optional(),
  name: z.string().optional(),
  namespace: z.string().optional(),
})

export const serviceSpec: z.ZodType<ServiceSpec> = z.object({
  id: z.int().min(0).max(4_294_967_295).optional(),
  'frontend-address': frontendAddress,
  'backend-addresses': z.array(backendAddress).optional(),
  flags: serviceFlags.optional(),
  updateServices: z.boolean().optional(),
})

export const ciliumService: z.ZodType<CiliumService> = z.object({
  spec: serviceSpec,
  status: z.object({ realized: serviceSpec }),
})

/** A service that was put, with its id. */
export type PutService = ServiceSpec & { readonly id: number }

/** As the API tells of it. */
export function described(spec: PutService): CiliumService {
  return { spec, status: { realized: spec } }
}
