import { address, flag, integer, list, mapping, strict, text, word } from '@skep/config-file'
import { z } from 'zod'
import type { RouteAttributes } from '../rib/route.ts'
import { communityAttributes } from './communities.ts'
import { label, localPref, med, name, password, prefix, range, routerId, writtenCommunity } from './fields.ts'
import type { BgpConfig } from './model.ts'
import { bfdFields, peerFields, speakerFields } from './peer-fields.ts'
import { type Parsed, parsed } from './parsed.ts'
import { selector } from './selectors.ts'

const peer = strict('a peer', {
  ...peerFields,
  routerId: routerId.optional(),
  labels: mapping('labels', label).optional(),
  gracefulRestart: integer('a restart time', 1, 4095).optional(),
  password: password.optional(),
  maxPrefixes: integer('a limit', 1, 10_000_000).optional(),
  bfd: strict('a bfd section', {
    intervalMs: bfdFields.intervalMs.optional(),
    multiplier: bfdFields.multiplier.optional(),
  }).optional(),
  nodeSelectors: list('selectors', selector).optional(),
})

const attributes = {
  med: med.optional(),
  localPref: localPref.optional(),
  communities: list('communities', writtenCommunity).optional(),
}

const advertisement = strict('an advertisement', {
  aggregationLength: integer('a prefix length', 0, 32).optional(),
  aggregationLengthV6: integer('a prefix length', 0, 128).optional(),
  peers: list('names of peers', name).optional(),
  ...attributes,
})

const pool = strict('a pool', {
  name,
  addresses: list('prefixes and ranges', range, 'write a prefix or a range'),
  autoAssign: flag.optional(),
  avoidBuggyIps: flag.optional(),
  advertisements: list('advertisements', advertisement).default(() => [advertisement.parse({})]),
})

const nameOrSelector = z.union([name, selector], { error: 'is neither a peer’s name nor a selector' })

const announcement = strict('an announcement', {
  prefixes: list('prefixes', prefix, 'write a prefix like 10.0.0.0/24'),
  reason: text('a reason', '"the office network"').optional(),
  nextHop: address.optional(),
  peers: list('names of peers and selectors', nameOrSelector).optional(),
  nodeSelectors: list('selectors', selector).optional(),
  ...attributes,
})

const document = strict('a configuration', {
  apiVersion: word(['skep.dev/v1']),
  kind: word(['BGP']),
  spec: strict('the spec', {
    ...speakerFields,
    communities: mapping('aliases of communities', writtenCommunity).optional(),
    peers: list('peers', peer).optional(),
    pools: list('pools', pool).optional(),
    announce: list('announcements', announcement).optional(),
  }),
})

/** Our own YAML: `kind: BGP`. */
export function readOwn(value: unknown): Parsed<BgpConfig> {
  return parsed(document, value, fromOwn)
}

type Aliases = Readonly<Record<string, string>>

function fromOwn({ spec }: z.infer<typeof document>): BgpConfig {
  const { communities: aliases = {}, peers = [], pools = [], announce = [] } = spec
  return {
    asn: spec.asn,
    routerId: spec.routerId,
    listen: spec.listen,
    peers: peers.map(({ nodeSelectors = [], ...peer }) => ({ ...peer, nodeSelectors })),
    pools: pools.map(({ name, addresses, autoAssign = true, avoidBuggyIps = false, advertisements }) => ({
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
