import { z } from 'zod'
import type { RouteAttributes } from '../rib/route.ts'
import { communityAttributes } from './communities.ts'
import {
  address,
  asn,
  field,
  flag,
  integer,
  ipv4,
  name,
  parsed,
  type Parsed,
  prefix,
  range,
  text,
  wrong,
} from './fields.ts'
import type { BgpConfig } from './model.ts'
import { selector } from './selectors.ts'

const family = field((value) => {
  if (value === 'ipv4' || value === 'ipv6') return value
  throw wrong(value, 'a family', 'ipv4 or ipv6')
})
/** 0, or 3 and more (RFC 4271). */
const holdTime = field((value) => {
  if (typeof value === 'number' && Number.isInteger(value) && (value === 0 || (value >= 3 && value <= 65535)))
    return value
  throw wrong(value, 'a hold time', '0, or seconds from 3 to 65535')
})
const communities = z.array(text('a community', '65000:100')).optional()
const uint32 = (what: string): z.ZodType<number> => integer(what, 0, 0xffffffff)

const peer = z.strictObject({
  name,
  address,
  asn,
  port: integer('a port', 1, 65535).optional(),
  localAsn: asn.optional(),
  routerId: ipv4.optional(),
  labels: z.record(z.string(), text('a value', '"rack-7"')).optional(),
  passive: flag.optional(),
  holdTime: holdTime.optional(),
  connectRetry: integer('a time', 1, 65535).optional(),
  families: z.array(family).min(1, 'is empty; write ipv4, ipv6 or both').optional(),
  extendedNextHop: flag.optional(),
  gracefulRestart: integer('a restart time', 1, 4095).optional(),
  password: text('a password', 'up to 80 characters', 80).optional(),
  sourceAddress: address.optional(),
  device: text('a device', 'eth0', 15).optional(),
  multihop: integer('a number of hops', 2, 255).optional(),
  ttlSecurity: integer('a number of hops', 1, 254).optional(),
  nextHops: z.strictObject({ ipv4: address.optional(), ipv6: address.optional() }).optional(),
  maxPrefixes: integer('a limit', 1, 10_000_000).optional(),
  bfd: z
    .strictObject({
      intervalMs: integer('a time in ms', 10, 60_000).optional(),
      multiplier: integer('a number of packets', 1, 255).optional(),
    })
    .optional(),
  nodeSelectors: z.array(selector).optional(),
})

const attributes = {
  med: uint32('a MED').optional(),
  localPref: uint32('a local preference').optional(),
  communities,
}

const advertisement = z.strictObject({
  aggregationLength: integer('a prefix length', 0, 32).optional(),
  aggregationLengthV6: integer('a prefix length', 0, 128).optional(),
  peers: z.array(name).optional(),
  ...attributes,
})

const pool = z.strictObject({
  name,
  addresses: z.array(range).min(1, 'is empty; write a prefix or a range'),
  autoAssign: flag.optional(),
  avoidBuggyIps: flag.optional(),
  advertisements: z.array(advertisement).optional(),
})

const announcement = z.strictObject({
  prefixes: z.array(prefix).min(1, 'is empty; write a prefix like 10.0.0.0/24'),
  reason: text('a reason', '"the office network"').optional(),
  nextHop: address.optional(),
  peers: z.array(z.union([name, selector])).optional(),
  nodeSelectors: z.array(selector).optional(),
  ...attributes,
})

const literal = (right: string): z.ZodType<string> =>
  field((value) => {
    if (value === right) return right
    throw wrong(value, 'what this is', right)
  })

const ownSchema = z.strictObject({
  apiVersion: literal('skep.dev/v1'),
  kind: literal('BGP'),
  spec: z.strictObject({
    asn,
    routerId: ipv4,
    listen: z.strictObject({ addresses: z.array(address), port: integer('a port', 1, 65535).optional() }).optional(),
    communities: z.record(z.string(), text('a community', '65000:100')).optional(),
    peers: z.array(peer).optional(),
    pools: z.array(pool).optional(),
    announce: z.array(announcement).optional(),
  }),
})

type OwnDocument = z.infer<typeof ownSchema>

/** Our own YAML: `kind: BGP`. */
export function readOwn(value: unknown): Parsed<BgpConfig> {
  return parsed(ownSchema, value, fromOwn)
}

type Aliases = Readonly<Record<string, string>>

function fromOwn({ spec }: OwnDocument): BgpConfig {
  const { communities: aliases = {}, peers = [], pools = [], announce = [] } = spec
  return {
    asn: spec.asn,
    routerId: spec.routerId,
    listen: spec.listen,
    peers: peers.map(({ nodeSelectors = [], ...peer }) => ({ ...peer, nodeSelectors })),
    pools: pools.map(({ name, addresses, autoAssign = true, avoidBuggyIps = false, advertisements = [{}] }) => ({
      name,
      ranges: addresses,
      autoAssign,
      avoidBuggyIps,
      advertisements: advertisements.map(({ aggregationLength, aggregationLengthV6, peers: names, ...rest }) => ({
        aggregation: { ipv4: aggregationLength, ipv6: aggregationLengthV6 },
        attributes: attributesOf(rest, aliases),
        peers: names,
      })),
    })),
    announcements: announce.map(({ prefixes, reason = 'configured', peers: names, nodeSelectors, ...rest }) => ({
      prefixes,
      reason,
      attributes: attributesOf(rest, aliases),
      scope: { peers: names, nodes: nodeSelectors },
    })),
  }
}

interface Written {
  readonly med?: number | undefined
  readonly localPref?: number | undefined
  readonly nextHop?: string | undefined
  readonly communities?: readonly string[] | undefined
}

function attributesOf({ med, localPref, nextHop, communities = [] }: Written, aliases: Aliases): RouteAttributes {
  return {
    ...(med !== undefined && { med }),
    ...(localPref !== undefined && { localPref }),
    ...(nextHop !== undefined && { nextHop }),
    ...communityAttributes(communities, aliases),
  }
}
