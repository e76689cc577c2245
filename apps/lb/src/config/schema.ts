import { defaultSettings } from '@skep/lb-engine'
import { address, flag, integer, list, strict, word } from '@skep/config-file'
import { healthCheckSchema, passivePolicySchema } from '@skep/lb-health'
import { RATE_MAX } from '@skep/lb-maps'
import type { z } from 'zod'
import { metricsSchema } from '../metrics/settings.ts'
import { announceSchema } from '../announce/schema.ts'
import { bgpSchema, serviceBgpSchema } from '../bgp/schema.ts'
import type {
  Backend,
  Capacity,
  Config,
  Dispatch,
  Drain,
  Dsr,
  Frontend,
  Neighbors,
  RateLimit,
  Service,
  SessionAffinity,
  Snat,
  SourceRanges,
} from './config.ts'
import {
  devicePattern,
  hashKey,
  hostAddress,
  name,
  port,
  portRange,
  sourceRange,
  time,
  tunnelSource,
} from './fields.ts'
import { MOST_DRAIN_SECONDS } from './limits.ts'
import { type Whole, wholeDocument } from './whole.ts'
import { backendStates } from './state.ts'

export const frontendSchema: z.ZodType<Frontend> = strict<Frontend>('a frontend', {
  address: hostAddress,
  port,
  protocol: word(['TCP', 'UDP']).default('TCP'),
})

export const backendSchema: z.ZodType<Backend> = strict<Omit<Backend, 'fate' | 'checked'>>('a backend', {
  address: hostAddress,
  port,
  weight: integer('a weight', 0, 255).default(1),
  state: word(backendStates).default('active'),
  addedAt: time.optional(),
  drainingSince: time.optional(),
})

const drainSchema = strict<Drain>('a drain section', {
  timeoutSeconds: integer('a number of seconds', 0, MOST_DRAIN_SECONDS),
})

const modes = ['snat', 'dsr'] as const
const dispatch: z.ZodType<Dispatch> = word(['ipip', 'l2', 'opt'])

const dsrSchema = strict<Dsr>('the dsr section', {
  dispatch: dispatch.default('ipip'),
  tunnelSources: list('prefixes', tunnelSource).default([]),
})

const affinitySchema = strict<SessionAffinity>('a sessionAffinity section', {
  clientIP: strict<SessionAffinity['clientIP']>('a clientIP section', {
    timeoutSeconds: integer('a number of seconds', 1, 32_767).default(10_800),
  }),
})

const sourceRangesSchema = strict<SourceRanges>('a sourceRanges section', {
  allow: list('prefixes', sourceRange).optional(),
  deny: list('prefixes', sourceRange).optional(),
})

const limitedPrefixSchema = strict<RateLimit['prefix']>('a prefix section', {
  ipv4: integer('a number of bits', 0, 32).default(32),
  ipv6: integer('a number of bits', 0, 128).default(64),
})

const rateLimitSchema = strict<RateLimit>('a rateLimit section', {
  newConnectionsPerSecond: integer('a number of connections', 1, RATE_MAX),
  burst: integer('a number of connections', 1, 65_535).optional(),
  prefix: limitedPrefixSchema.default({ ipv4: 32, ipv6: 64 }),
})

const serviceSchema = strict<Service>('a service', {
  name,
  frontends: list('frontends', frontendSchema),
  mode: word(modes).optional(),
  dsr: strict<Pick<Dsr, 'dispatch'>>('a dsr section', { dispatch }).optional(),
  algorithm: word(['maglev', 'random']).default('maglev'),
  sessionAffinity: affinitySchema.optional(),
  quic: flag.optional(),
  sourceRanges: sourceRangesSchema.optional(),
  rateLimit: rateLimitSchema.optional(),
  ringSize: integer('a ring size', 128, 8_388_608).optional(),
  records: integer('a number of records', 1, 16_777_216).optional(),
  idleSeconds: integer('a number of seconds', 1, 32_767).optional(),
  healthCheck: healthCheckSchema.optional(),
  passiveHealthCheck: passivePolicySchema.optional(),
  drain: drainSchema.optional(),
  bgp: serviceBgpSchema.optional(),
  backends: list('backends', backendSchema),
})

const snatSchema = strict<Snat>('the snat section', {
  portRange: portRange.default(defaultSettings.snat.portRange),
  sources: list("the load balancer's own addresses", address).default([]),
})

const neighborsSchema = strict<Neighbors>('the neighbors section', {
  keep: word(['auto', 'use']).default('auto'),
  permanent: word(['keep', 'convert']).default('keep'),
  refreshSeconds: integer('a number of seconds', 1, 3600).default(30),
  perSecond: integer('a number of requests', 1, 100_000).default(500),
})

const { capacity } = defaultSettings

const capacitySchema = strict<Capacity>('the capacity section', {
  services: integer('a number of services', 1, 1_048_576).default(capacity.services),
  backends: integer('a number of backends', 1, 4_194_304).default(capacity.backends),
  connections: integer('a number of connections', 1024, 16_777_216).default(capacity.connections),
  records: integer('a number of records', 1024, 16_777_216).default(capacity.records),
  sourceRanges: integer('a number of prefixes', 16, 1_048_576).default(capacity.sourceRanges),
  rateLimitedClients: integer('a number of client prefixes', 1024, 16_777_216).default(capacity.rateLimitedClients),
  fragments: integer('a number of packets in fragments', 16, 1_048_576).default(capacity.fragments),
})

const specSchema = strict<Config>('the spec', {
  devices: list('devices', devicePattern),
  mode: word(modes).default('snat'),
  dsr: dsrSchema.default(() => dsrSchema.parse({})),
  acceleration: word(['native', 'best-effort', 'generic', 'tc']).default(defaultSettings.acceleration),
  snat: snatSchema.default(() => snatSchema.parse({})),
  neighbors: neighborsSchema.optional(),
  capacity: capacitySchema.default(() => capacitySchema.parse({})),
  hashKey: hashKey.default(defaultSettings.hashKey),
  announce: announceSchema.optional(),
  bgp: bgpSchema.optional(),
  metrics: metricsSchema.optional(),
  services: list('services', serviceSchema),
})

export const documentSchema: z.ZodType<Whole<'LoadBalancer', Config>> = wholeDocument('LoadBalancer', specSchema)
