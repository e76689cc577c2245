import { bfdFields, community, localPref, med, peerFields, speakerFields } from '@skep/bgp/fields'
import { field, integer, list, Refusal, strict, wrong } from '@skep/config-file'
import type { z } from 'zod'
import { services } from '../announce/schema.ts'
import { name } from '../config/fields.ts'
import type { Bgp, BgpBfd, BgpPeer, ServiceBgp } from './config.ts'

const DEFAULT_DRAIN_SECONDS = 10
const DEFAULT_RESTART_SECONDS = 120

const file = field({ type: 'string' }, (value) => {
  if (typeof value === 'string' && value.startsWith('/')) return value
  throw new Refusal(wrong(value, 'a file', 'write its absolute path'))
})

const bfd = strict<BgpBfd>('a bfd section', {
  intervalMs: bfdFields.intervalMs.default(300),
  multiplier: bfdFields.multiplier.default(3),
})

const peer = strict<BgpPeer>('a BGP peer', {
  ...peerFields,
  name,
  gracefulRestart: integer('a number of seconds', 0, 4095).default(DEFAULT_RESTART_SECONDS),
  passwordFile: file.optional(),
  bfd: bfd.optional(),
})

/** `spec.bgp`. */
export const bgpSchema: z.ZodType<Bgp> = strict<Bgp>('a bgp section', {
  ...speakerFields,
  drainSeconds: integer('a number of seconds', 0, 3600).default(DEFAULT_DRAIN_SECONDS),
  services: services.default('all'),
  peers: list('peers', peer),
})

/** `bgp` of a service. */
export const serviceBgpSchema: z.ZodType<ServiceBgp> = strict<ServiceBgp>("a service's bgp section", {
  med: med.optional(),
  localPref: localPref.optional(),
  communities: list('communities', community).default([]),
  peers: list('names of peers', name).optional(),
})
