import { parseCommunity, parseExtendedCommunity, parseLargeCommunity } from '@skep/bgp'
import type { z } from 'zod'
import { name } from '../config/fields.ts'
import { address, field, flag, integer, list, Refusal, strict, word, wrong } from '@skep/config-file'
import { services } from '../announce/schema.ts'
import type { Bgp, BgpBfd, BgpPeer, ServiceBgp } from './config.ts'

const DEFAULT_DRAIN_SECONDS = 10
const DEFAULT_RESTART_SECONDS = 120

const asn = integer('an AS number', 1, 0xffffffff)

/** 0, or 3 and more (RFC 4271). */
const holdTime = field({ type: 'integer', minimum: 0, maximum: 65535 }, (value) => {
  if (typeof value === 'number' && Number.isInteger(value) && (value === 0 || (value >= 3 && value <= 65535)))
    return value
  throw new Refusal(wrong(value, 'a hold time', 'write 0, or seconds from 3 to 65535'))
})

const community = field({ type: 'string' }, (value) => {
  const kinds = [parseCommunity, parseLargeCommunity, parseExtendedCommunity]
  if (typeof value === 'string' && kinds.some((parse) => parse(value) !== undefined)) return value
  throw new Refusal(
    wrong(
      value,
      'a community',
      'write 65000:100, a name like no-export, large ones like 65000:1:2, extended ones like rt:65000:100',
    ),
  )
})

const routerId = field({ type: 'string', format: 'ipv4' }, (value) => {
  const parsed = typeof value === 'string' && !value.includes(':') ? address.safeParse(value) : undefined
  if (parsed?.success === true && parsed.data !== '0.0.0.0') return parsed.data
  throw new Refusal(wrong(value, 'a router id', 'write an IPv4 address of this host'))
})

const file = field({ type: 'string' }, (value) => {
  if (typeof value === 'string' && value.startsWith('/')) return value
  throw new Refusal(wrong(value, 'a file', 'write its absolute path'))
})

const device = field({ type: 'string' }, (value) => {
  if (typeof value === 'string' && /^[^\s/]{1,15}$/.test(value)) return value
  throw new Refusal(wrong(value, 'the name of a device', 'write one, like eth0'))
})

const bfd = strict<BgpBfd>('a bfd section', {
  intervalMs: integer('a number of ms', 10, 60_000).default(300),
  multiplier: integer('a number of packets', 1, 255).default(3),
})

const peer = strict<BgpPeer>('a BGP peer', {
  name,
  address,
  asn,
  port: integer('a port', 1, 65535).optional(),
  localAsn: asn.optional(),
  passive: flag.optional(),
  holdTime: holdTime.optional(),
  connectRetry: integer('a number of seconds', 1, 65535).optional(),
  families: list('families', word(['ipv4', 'ipv6'])).optional(),
  extendedNextHop: flag.optional(),
  gracefulRestart: integer('a number of seconds', 0, 4095).default(DEFAULT_RESTART_SECONDS),
  passwordFile: file.optional(),
  sourceAddress: address.optional(),
  device: device.optional(),
  multihop: integer('a number of hops', 2, 255).optional(),
  ttlSecurity: integer('a number of hops', 1, 254).optional(),
  nextHops: strict<NonNullable<BgpPeer['nextHops']>>('a nextHops section', {
    ipv4: address.optional(),
    ipv6: address.optional(),
  }).optional(),
  bfd: bfd.optional(),
})

/** `spec.bgp`. */
export const bgpSchema: z.ZodType<Bgp> = strict<Bgp>('a bgp section', {
  asn,
  routerId,
  listen: strict<NonNullable<Bgp['listen']>>('a listen section', {
    addresses: list('own addresses', address),
    port: integer('a port', 1, 65535).optional(),
  }).optional(),
  drainSeconds: integer('a number of seconds', 0, 3600).default(DEFAULT_DRAIN_SECONDS),
  services: services.default('all'),
  peers: list('peers', peer),
})

/** `bgp` of a service. */
export const serviceBgpSchema: z.ZodType<ServiceBgp> = strict<ServiceBgp>("a service's bgp section", {
  med: integer('a MED', 0, 0xffffffff).optional(),
  localPref: integer('a local preference', 0, 0xffffffff).optional(),
  communities: list('communities', community).default([]),
  peers: list('names of peers', name).optional(),
})
