import { address, field, flag, integer, list, mapping, Refusal, strict, wrong } from '@skep/config-file'
import type { z } from 'zod'
import { communityAttributes } from './communities.ts'
import { asn, holdDuration, localPref, name, password, port, range, routerId, writtenCommunity } from './fields.ts'
import type { BgpConfig } from './model.ts'
import { type Parsed, parsed } from './parsed.ts'
import { metallbSelector } from './selectors.ts'

const protocol = field({ type: 'string', enum: ['bgp'] }, (value) => {
  if (value === 'bgp') return value
  if (value === 'layer2') throw new Refusal('"layer2" is announced by no BGP speaker; write bgp')
  throw new Refusal(wrong(value, 'a protocol', 'write bgp'))
})

const peer = strict('a peer', {
  'peer-address': address,
  'peer-asn': asn,
  'my-asn': asn,
  'peer-port': port.optional(),
  'hold-time': holdDuration.optional(),
  'router-id': routerId.optional(),
  'source-address': address.optional(),
  password: password.optional(),
  'node-selectors': list('selectors', metallbSelector).optional(),
})

const advertisement = strict('an advertisement', {
  'aggregation-length': integer('a prefix length', 0, 32).optional(),
  localpref: localPref.optional(),
  communities: list('communities', writtenCommunity).optional(),
})

const pool = strict('a pool', {
  name,
  protocol,
  addresses: list('prefixes and ranges', range, 'write a prefix or a range'),
  'auto-assign': flag.optional(),
  'avoid-buggy-ips': flag.optional(),
  'bgp-advertisements': list('advertisements', advertisement).default(() => [advertisement.parse({})]),
})

const document = strict('a configuration', {
  peers: list('peers', peer).optional(),
  'bgp-communities': mapping('aliases of communities', writtenCommunity).optional(),
  'address-pools': list('pools', pool).optional(),
})

type Document = z.infer<typeof document>

/** MetalLB 0.9's ConfigMap, as Cilium 1.11 takes it. Peers are called after their addresses; what says no local preference has 0. */
export function readMetallb(value: unknown): Parsed<BgpConfig> {
  return parsed(document, value, fromMetallb)
}

/** The address; of one that has come before, its how-manieth. */
function nameOf(own: string, before: readonly { readonly 'peer-address': string }[]): string {
  const same = before.filter((peer) => peer['peer-address'] === own).length
  return same === 0 ? own : `${own}#${same + 1}`
}

function fromMetallb(read: Document): BgpConfig {
  const aliases = read['bgp-communities'] ?? {}
  return {
    peers: (read.peers ?? []).map((peer, i, all) => ({
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
    pools: (read['address-pools'] ?? []).map((pool) => ({
      name: pool.name,
      ranges: pool.addresses,
      autoAssign: pool['auto-assign'] ?? true,
      avoidBuggyIps: pool['avoid-buggy-ips'] ?? false,
      advertisements: pool['bgp-advertisements'].map(({ localpref, communities = [], ...rest }) => ({
        aggregation: { ipv4: rest['aggregation-length'] },
        attributes: { localPref: localpref ?? 0, ...communityAttributes(communities, aliases) },
      })),
    })),
    announcements: [],
  }
}
