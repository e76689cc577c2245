import { cidrOf, hashSeed } from '../checks.ts'
import { integer, list, oneOf, text, word } from '../kinds.ts'
import type { Catalogue } from '../option.ts'

/** How packets from outside are balanced. */
export interface LoadBalancingSettings {
  'bpf-lb-acceleration': 'disabled' | 'native' | 'best-effort' | 'testing-only'
  'bpf-lb-algorithm': 'random' | 'maglev'
  'bpf-lb-dsr-dispatch': 'opt' | 'ipip'
  'bpf-lb-maglev-hash-seed': string
  'bpf-lb-maglev-table-size': number
  'bpf-lb-map-max': number
  'bpf-lb-mode': 'snat' | 'dsr' | 'hybrid'
  'bpf-lb-rss-ipv4-src-cidr': string
  'bpf-lb-rss-ipv6-src-cidr': string
  'bpf-sock-rev-map-max': number
  devices: readonly string[]
  'direct-routing-device': string
  'ipv6-mcast-device': string
}

/** The primes that Cilium takes; a ring of the next power of two stands for each. */
const TABLE_SIZES = [251, 509, 1021, 2039, 4093, 8191, 16_381, 32_749, 65_521, 131_071]
const MOST = 1 << 24

export const loadBalancing: Catalogue<LoadBalancingSettings> = {
  'bpf-lb-acceleration': word('disabled', ['disabled', 'native', 'best-effort', 'testing-only'], {
    about:
      'native: XDP in the driver, or refuse; best-effort: the best that each device can; testing-only: generic XDP',
    alias: 'node-port-acceleration',
  }),
  'bpf-lb-algorithm': word('random', ['random', 'maglev'], {
    about: 'how a new connection finds its backend',
    alias: 'node-port-algorithm',
  }),
  'bpf-lb-dsr-dispatch': word('opt', ['opt', 'ipip'], { about: 'how a backend of another node learns the address' }),
  'bpf-lb-maglev-hash-seed': text(
    'JLfvgnHc2kaSUFaI',
    'base64',
    { about: 'key of the hash; the same on all nodes' },
    hashSeed,
  ),
  'bpf-lb-maglev-table-size': oneOf(16_381, TABLE_SIZES, { about: 'slots of a service’s Maglev table' }),
  'bpf-lb-map-max': integer(65_536, 'a number of entries', 1024, MOST, {
    about: 'entries that maps begin with; they grow',
  }),
  'bpf-lb-mode': word('snat', ['snat', 'dsr', 'hybrid'], {
    about: 'how replies return: through this node, direct, or direct for TCP only',
    alias: 'node-port-mode',
  }),
  'bpf-lb-rss-ipv4-src-cidr': text(
    '',
    'cidr',
    { about: 'outer sources with ipip, so that receive queues spread' },
    cidrOf(4),
  ),
  'bpf-lb-rss-ipv6-src-cidr': text('', 'cidr', { about: 'the same for IPv6' }, cidrOf(6)),
  'bpf-sock-rev-map-max': integer(262_144, 'a number of entries', 1024, MOST, {
    about: 'sockets that are remembered for recvmsg(2) and getpeername(2)',
  }),
  devices: list([], 'device', { about: 'external devices, like eth0 or eth+; found by routes where it is empty' }),
  'direct-routing-device': text('', 'device', { about: 'leads to the other nodes; found where it is empty' }),
  'ipv6-mcast-device': text('', 'device', { about: 'joins the solicited-node groups of IPv6' }),
}
