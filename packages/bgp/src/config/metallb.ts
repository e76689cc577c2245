import { z } from 'zod'
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
  range,
  seconds,
  text,
  wrong,
} from './fields.ts'
import type { BgpConfig } from './model.ts'
import { metallbSelector } from './selectors.ts'

const holdTime = seconds.superRefine((value, context) => {
  if (value !== 0 && (value < 3 || value > 65535))
    context.addIssue({ code: 'custom', message: `${value} s is not a hold time; write 0, or 3s and more` })
})

const protocol = field((value) => {
  if (value === 'bgp') return value
  if (value === 'layer2') throw new Error('"layer2" is announced by no BGP speaker; write bgp')
  throw wrong(value, 'a protocol', 'bgp')
})

/** MetalLB 0.9's ConfigMap, as Cilium 1.11 takes it. */
const metallbSchema = z.strictObject({
  peers: z
    .array(
      z.strictObject({
        'peer-address': address,
        'peer-asn': asn,
        'my-asn': asn,
        'peer-port': integer('a port', 1, 65535).optional(),
        'hold-time': holdTime.optional(),
        'router-id': ipv4.optional(),
        'source-address': address.optional(),
        password: text('a password', 'up to 80 characters', 80).optional(),
        'node-selectors': z.array(metallbSelector).optional(),
      }),
    )
    .optional(),
  'bgp-communities': z.record(z.string(), text('a community', '65000:100')).optional(),
  'address-pools': z
    .array(
      z.strictObject({
        name,
        protocol,
        addresses: z.array(range).min(1, 'is empty; write a prefix or a range'),
        'auto-assign': flag.optional(),
        'avoid-buggy-ips': flag.optional(),
        'bgp-advertisements': z
          .array(
            z.strictObject({
              'aggregation-length': integer('a prefix length', 0, 32).optional(),
              localpref: integer('a local preference', 0, 0xffffffff).optional(),
              communities: z.array(text('a community', '65000:100')).optional(),
            }),
          )
          .optional(),
      }),
    )
    .optional(),
})

type MetallbDocument = z.infer<typeof metallbSchema>

/** MetalLB's configuration. Peers are called after their addresses; what says no local preference has 0. */
export function readMetallb(value: unknown): Parsed<BgpConfig> {
  return parsed(metallbSchema, value, fromMetallb)
}

/** The address; of one that has come before, its how-manieth. */
function nameOf(own: string, before: readonly { readonly 'peer-address': string }[]): string {
  const same = before.filter((peer) => peer['peer-address'] === own).length
  return same === 0 ? own : `${own}#${same + 1}`
}

function fromMetallb(document: MetallbDocument): BgpConfig {
  const aliases = document['bgp-communities'] ?? {}
  return {
    peers: (document.peers ?? []).map((peer, i, all) => ({
      name: nameOf(peer['peer-address'], all.slice(0, i)),
      address: peer['peer-address'],
      asn: peer['peer-asn'],
      localAsn: peer['my-asn'],
      port: peer['peer-port'],
      holdTime: peer['hold-time'],
      routerId: peer['router-id'],
      sourceAddress: peer['source-address'],
      password: peer.password,
      nodeSelectors: peer['node-selectors'] ?? [],
    })),
    pools: (document['address-pools'] ?? []).map((pool) => ({
      name: pool.name,
      ranges: pool.addresses,
      autoAssign: pool['auto-assign'] ?? true,
      avoidBuggyIps: pool['avoid-buggy-ips'] ?? false,
      advertisements: (pool['bgp-advertisements'] ?? [{}]).map(({ localpref, communities = [], ...rest }) => ({
        aggregation: { ipv4: rest['aggregation-length'] },
        attributes: { localPref: localpref ?? 0, ...communityAttributes(communities, aliases) },
      })),
    })),
    announcements: [],
  }
}
