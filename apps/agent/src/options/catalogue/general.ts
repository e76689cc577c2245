import { absolutePath, listenAddress } from '../checks.ts'
import { flag, integer, text } from '../kinds.ts'
import type { Catalogue } from '../option.ts'

export interface GeneralSettings {
  'agent-health-port': number
  'bpf-root': string
  'cgroup-root': string
  debug: boolean
  'enable-ipv4': boolean
  'enable-ipv6': boolean
  'prometheus-serve-addr': string
  'state-dir': string
}

export const general: Catalogue<GeneralSettings> = {
  'agent-health-port': integer(9879, 'a port', 1, 65_535, { about: 'TCP port of /healthz, on loopback' }),
  'bpf-root': text(
    '/sys/fs/bpf',
    'path',
    { about: 'BPF file system, which maps and links are pinned in' },
    absolutePath,
  ),
  'cgroup-root': text('', 'path', { about: 'root of cgroup v2; found, or mounted, where it is empty' }, absolutePath),
  debug: flag(false, { about: 'log more' }),
  'enable-ipv4': flag(true, { about: 'serve IPv4' }),
  'enable-ipv6': flag(true, { about: 'serve IPv6' }),
  'prometheus-serve-addr': text('', 'address', { about: 'where /metrics is served; nowhere if empty' }, listenAddress),
  'state-dir': text('/run/skep', 'path', { about: 'sockets, and what no map holds' }, absolutePath),
}
