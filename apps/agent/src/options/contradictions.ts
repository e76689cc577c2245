import type { Name } from './catalogue/index.ts'
import type { Resolved } from './resolve.ts'

/** Options that say opposite things; each line names both and what to change. Pure. */
export function contradictions(resolved: Pick<Resolved, 'settings' | 'origins'>): string[] {
  return RULES.flatMap((rule) => rule(resolved) ?? [])
}

/** Options of services at the socket alone. */
const forSockets = ['cgroup-root', 'enable-mke', 'lb-sock-terminate-all-protos'] as const satisfies readonly Name[]

type Rule = (resolved: Pick<Resolved, 'settings' | 'origins'>) => string | undefined

/** What kube-proxy does. */
const whole = [
  'enable-host-reachable-services',
  'enable-node-port',
  'enable-external-ips',
  'enable-host-port',
  'enable-session-affinity',
] as const

/** Both names of an option. */
const olderNames = [
  ['node-port-acceleration', 'bpf-lb-acceleration'],
  ['node-port-algorithm', 'bpf-lb-algorithm'],
  ['node-port-mode', 'bpf-lb-mode'],
] as const

const RULES: readonly Rule[] = [
  ({ settings }) =>
    settings['enable-ipv4'] || settings['enable-ipv6']
      ? undefined
      : 'enable-ipv4 and enable-ipv6 are both false; one of them has to be true',

  ({ settings }) => {
    const replacement = settings['kube-proxy-replacement']
    if (replacement !== 'strict' && replacement !== 'true') return undefined
    const off = whole.find((name) => !settings[name])
    if (off === undefined) return undefined
    return `kube-proxy-replacement=${replacement} asks for all of kube-proxy, but ${off} is false; make it true, or write partial`
  },

  ({ settings, origins }) => {
    const both = olderNames.find(([older, name]) => {
      return settings[older] !== '' && origins.has(name) && settings[older] !== settings[name]
    })
    return (
      both &&
      `${both[0]}=${settings[both[0]]} and ${both[1]}=${settings[both[1]]} are two names of one option; keep one`
    )
  },

  ({ settings }) =>
    settings['bpf-lb-sock-hostns-only'] && !settings['enable-host-reachable-services']
      ? 'bpf-lb-sock-hostns-only says that only the host’s sockets are balanced, but enable-host-reachable-services is false; write true, or leave both out'
      : undefined,

  ({ settings, origins }) =>
    settings['mke-cgroup-mount'] !== '' && !settings['enable-mke']
      ? `${origins.get('mke-cgroup-mount')} names a mount for MKE, but enable-mke is false; write enable-mke=true, or leave it out`
      : undefined,

  ({ settings, origins }) => {
    if (settings['enable-host-reachable-services']) return undefined
    const pointless = forSockets.find((name) => origins.has(name) && settings[name] !== false && settings[name] !== '')
    if (pointless === undefined) return undefined
    return `${origins.get(pointless)} is about services at the socket, but enable-host-reachable-services is false; write true, or leave ${pointless} out`
  },

  ({ settings, origins }) =>
    origins.has('node-port-bind-protection') && settings['node-port-bind-protection'] && !settings['enable-node-port']
      ? `${origins.get('node-port-bind-protection')} protects node ports, but enable-node-port is false; write true, or leave it out`
      : undefined,

  ({ settings, origins }) =>
    settings['host-reachable-services-protos'].length === 0 && settings['enable-host-reachable-services']
      ? `${origins.get('host-reachable-services-protos') ?? 'host-reachable-services-protos'} names no protocol, but enable-host-reachable-services is true; write tcp,udp`
      : undefined,
]
