import type { z } from 'zod'
import type { HealthCheck } from './check.ts'
import { address, list, number, strict, text, word } from './fields.ts'
import { healthCheckSchema } from './schema.ts'

/**
 * The way of real traffic, where a backend is not reached by its own address: probes go to the service's address, from a
 * port by which the network knows which backend is meant. Each backend of a service address needs a port of its own.
 */
export interface Via {
  readonly address: string
  /** The check's own `port` goes first. By default the backend's. */
  readonly port?: number | undefined
  readonly localAddress: string
  readonly localPort: number
}

/** A backend that is to be checked; address and port are its identity within the service. */
export interface DesiredBackend {
  readonly address: string
  readonly port: number
  /** 0 = in maintenance: checked, but not counted. */
  readonly weight: number
  /**
   * What it counts as before its first result. By default `up` for those that a service starts with (they may be
   * serving already), and `down` for those that join later.
   */
  readonly initial?: 'up' | 'down' | undefined
  readonly via?: Via | undefined
}

/** The addresses that probes leave from; the kernel's choice otherwise. */
export interface Sources {
  readonly ipv4?: string | undefined
  readonly ipv6?: string | undefined
}

/** A service whose backends are to be checked. */
export interface DesiredService {
  readonly name: string
  readonly check: HealthCheck
  readonly sources?: Sources | undefined
  readonly backends: readonly DesiredBackend[]
}

const viaSchema = strict<Via>('a way', {
  address,
  port: number('a port', 1, 65535).optional(),
  localAddress: address,
  localPort: number('a port', 1, 65535),
})

const backendSchema = strict<DesiredBackend>('a backend', {
  address,
  port: number('a port', 1, 65535),
  weight: number('a weight', 0, 255).default(1),
  initial: word(['up', 'down']).optional(),
  via: viaSchema.optional(),
})

const isUnique = (keys: readonly string[]): boolean => new Set(keys).size === keys.length

/** A service as it is handed to the checker. */
export const desiredServiceSchema: z.ZodType<DesiredService> = strict<DesiredService>('a service', {
  name: text(/^[^\s]{1,253}$/, 'a name; write up to 253 characters without spaces'),
  check: healthCheckSchema,
  sources: strict<Sources>('the sources', { ipv4: address.optional(), ipv6: address.optional() })
    .refine(({ ipv4, ipv6 }) => !ipv4?.includes(':') && (ipv6 === undefined || ipv6.includes(':')), {
      error: 'ipv4 takes an IPv4 address, ipv6 an IPv6 address',
    })
    .optional(),
  backends: list('backends', backendSchema, 0, 65_536).refine((all) => isUnique(all.map(backendKey)), {
    error: 'the same address and port twice; write each backend once',
  }),
})

/** All services: what is wanted is always sent whole. */
export const desiredSchema: z.ZodType<readonly DesiredService[]> = list(
  'services',
  desiredServiceSchema,
  0,
  65_536,
).refine((all) => isUnique(all.map(({ name }) => name)), { error: 'the same name twice; write each service once' })

/** `10.1.0.11:8080`, `[2001:db8::1]:80`. */
export function backendKey({ address, port }: { readonly address: string; readonly port: number }): string {
  return address.includes(':') ? `[${address}]:${port}` : `${address}:${port}`
}
