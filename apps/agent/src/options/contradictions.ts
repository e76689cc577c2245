import type { Resolved } from './resolve.ts'

/** Options that say opposite things; each line names both and what to change. Pure. */
export function contradictions(resolved: Pick<Resolved, 'settings' | 'origins'>): string[] {
  return RULES.flatMap((rule) => rule(resolved) ?? [])
}

type Rule = (resolved: Pick<Resolved, 'settings' | 'origins'>) => string | undefined

const RULES: readonly Rule[] = [
  ({ settings }) =>
    settings['enable-ipv4'] || settings['enable-ipv6']
      ? undefined
      : 'enable-ipv4 and enable-ipv6 are both false; one of them has to be true',

  ({ settings }) => {
    const replacement = settings['kube-proxy-replacement']
    if (replacement !== 'strict' && replacement !== 'true') return undefined
    return `kube-proxy-replacement=${replacement} asks for packets from outside the node too, which this version leaves to kube-proxy; write partial: services at the sockets of this node`
  },

  ({ settings }) =>
    settings['bpf-lb-sock-hostns-only'] && !settings['enable-host-reachable-services']
      ? 'bpf-lb-sock-hostns-only says that only the host’s sockets are balanced, but enable-host-reachable-services is false; write true, or leave both out'
      : undefined,

  ({ settings, origins }) =>
    settings['host-reachable-services-protos'].length === 0 && settings['enable-host-reachable-services']
      ? `${origins.get('host-reachable-services-protos') ?? 'host-reachable-services-protos'} names no protocol, but enable-host-reachable-services is true; write tcp,udp`
      : undefined,
]
