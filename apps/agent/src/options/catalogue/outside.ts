import { Refusal, wrong } from '@skep/config-file'
import { entryProblem } from '@skep/device-detect'
import { absolutePath } from '../checks.ts'
import { flag, integer, list, text, word } from '../kinds.ts'
import type { Catalogue, Option } from '../option.ts'

type Mode = 'snat' | 'dsr' | 'hybrid'
type Acceleration = 'disabled' | 'native' | 'best-effort' | 'generic' | 'testing-only'

/** Packets from outside the node, at its devices. */
export interface OutsideSettings {
  'bpf-fragments-map-max': number
  'bpf-lb-acceleration': Acceleration
  'bpf-lb-algorithm': 'maglev' | 'random'
  'bpf-lb-dsr-dispatch': 'opt'
  'bpf-lb-external-clusterip': boolean
  'bpf-lb-maglev-hash-seed': string
  'bpf-lb-maglev-table-size': number
  'bpf-lb-mode': Mode
  'bpf-lb-service-backend-map-max': number
  'bpf-lb-service-map-max': number
  'bpf-lb-source-range-all-types': boolean
  'bpf-nat-global-max': number
  devices: readonly string[]
  'enable-auto-protect-node-port-range': boolean
  'enable-svc-source-range-check': boolean
  'node-port-acceleration': '' | Acceleration
  'node-port-algorithm': '' | 'maglev' | 'random'
  'node-port-mode': '' | Mode
  'node-port-range': PortRange
  procfs: string
}

/** Both ends are in it. */
export interface PortRange {
  readonly from: number
  readonly to: number
}

const accelerations = ['disabled', 'native', 'best-effort', 'generic', 'testing-only'] as const
const modes = ['snat', 'dsr', 'hybrid'] as const
const algorithms = ['maglev', 'random'] as const

/** Cilium's sizes; 0: as many slots as the backends ask for. */
const tableSizes = [0, 251, 509, 1021, 2039, 4093, 8191, 16_381, 32_749, 65_521, 131_071]

export const outside: Catalogue<OutsideSettings> = {
  'bpf-fragments-map-max': integer(8192, 'a number of packets', 16, 1 << 20, {
    about: 'packets in fragments on their way at one time',
  }),
  'bpf-lb-acceleration': word<Acceleration>('disabled', accelerations, {
    about:
      'XDP at the devices. native: a device that cannot is refused; best-effort: generic XDP, else tc; disabled: tc; testing-only: Cilium’s word for generic',
  }),
  'bpf-lb-algorithm': word('maglev', algorithms, { about: 'how a backend is chosen for a new connection' }),
  'bpf-lb-dsr-dispatch': dsrDispatch(),
  'bpf-lb-external-clusterip': flag(false, { about: 'serve cluster addresses for packets from outside, too' }),
  'bpf-lb-maglev-hash-seed': text(
    'JLfvgnHc2kaSUFaI',
    'base64',
    { about: '12 bytes in base64, the same on every node' },
    (given) => void hashSeed(given),
  ),
  'bpf-lb-maglev-table-size': tableSize(),
  'bpf-lb-mode': word<Mode>('snat', modes, {
    about:
      'how packets reach backends of other nodes. snat: by this node, both ways; dsr: they answer by themselves; hybrid: TCP',
  }),
  'bpf-lb-service-backend-map-max': integer(16_384, 'a number of backends', 64, 1 << 22, {
    about: 'backends of external frontends, counted once for each; grows at a start, and does not shrink',
  }),
  'bpf-lb-service-map-max': integer(4096, 'a number of frontends', 16, 1 << 20, {
    about: 'external frontends: a NodePort is one at each address of the node; grows at a start, and does not shrink',
  }),
  'bpf-lb-source-range-all-types': flag(false, {
    about: 'loadBalancerSourceRanges count for NodePorts and externalIPs, too',
  }),
  'bpf-nat-global-max': integer(131_072, 'a number of connections', 1024, 1 << 24, {
    about: 'connections that are translated at one time',
  }),
  devices: list(
    [],
    'device',
    {
      about: 'devices that packets come in by from outside: names, eth+, -docker*, auto; found by the routes if empty',
    },
    (given) => {
      const problem = entryProblem(given)
      if (problem !== undefined) throw new Refusal(problem)
    },
  ),
  'enable-auto-protect-node-port-range': flag(true, {
    about: 'where NodePorts are ports that local sockets are given, keep them from those',
  }),
  'enable-svc-source-range-check': flag(true, { about: 'follow loadBalancerSourceRanges' }),
  'node-port-acceleration': word('', ['', ...accelerations], { about: 'older name of bpf-lb-acceleration' }),
  'node-port-algorithm': word('', ['', ...algorithms], { about: 'older name of bpf-lb-algorithm' }),
  'node-port-mode': word('', ['', ...modes], { about: 'older name of bpf-lb-mode' }),
  'node-port-range': portRange({ from: 30_000, to: 32_767 }),
  procfs: text(
    '/proc',
    'path',
    { about: 'where the kernel’s settings can be written; in a pod, where the host’s /proc is' },
    absolutePath,
  ),
}

function dsrDispatch(): Option<'opt'> {
  const { read, ...rest } = word('opt', ['opt'], { about: 'how a packet for DSR names its service: in an IP option' })
  return {
    ...rest,
    read: (given) => {
      if (given !== 'ipip' && given !== 'geneve') return read(given)
      const why = 'a node that only serves its own pods takes no tunnels in'
      throw new Refusal(`${given} is not served: ${why}; write opt, and see that the network lets IP options pass`)
    },
  }
}

function tableSize(): Option<number> {
  const about = 'slots of a service: a prime of Cilium’s, of which the next power of two is taken; 0: by its backends'
  const { read, ...rest } = integer(0, 'a size', 0, 131_071, { about })
  return {
    ...rest,
    read: (given) => {
      if (tableSizes.includes(read(given))) return read(given)
      throw new Refusal(wrong(given, 'a size of Cilium’s', `write one of ${tableSizes.join(', ')}`))
    },
  }
}

function portRange(value: PortRange): Option<PortRange> {
  return {
    default: value,
    about: 'ports of NodePorts, first and last: those of translated packets keep out of it',
    takes: 'first,last',
    read(given) {
      const [, from, to] = /^(\d+)[,-](\d+)$/.exec(given) ?? []
      const range = { from: Number(from), to: Number(to) }
      if (from !== undefined && range.from >= 1024 && range.from < range.to && range.to <= 65_535) return range
      throw new Refusal(wrong(given, 'a range of ports', 'write the first and the last, like 30000,32767'))
    },
    write: ({ from, to }) => `${from},${to}`,
  }
}

/** The bytes of a seed. Throws `Refusal`. */
export function hashSeed(given: string): Uint8Array {
  const bytes = Buffer.from(given, 'base64')
  if (bytes.length === 12 && bytes.toString('base64') === given) return bytes
  throw new Refusal(wrong(given, 'a seed', 'write 12 bytes in base64, as `head -c12 /dev/urandom | base64` prints'))
}
