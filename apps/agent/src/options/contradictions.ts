import type { Name } from './catalogue/index.ts'
import type { Resolved } from './resolve.ts'

/** Options that say opposite things; each line names both and what to change. Pure. */
export function contradictions(resolved: Pick<Resolved, 'settings' | 'origins'>): string[] {
  return RULES.flatMap((rule) => rule(resolved) ?? [])
}

type Rule = (resolved: Pick<Resolved, 'settings' | 'origins'>) => string | readonly string[] | undefined

/** What the replacement of kube-proxy as a whole turns on. */
export const STRICT: readonly Name[] = [
  'enable-node-port',
  'enable-external-ips',
  'enable-host-port',
  'enable-session-affinity',
  'enable-host-reachable-services',
]

const RULES: readonly Rule[] = [
  ({ settings }) =>
    settings['enable-ipv4'] || settings['enable-ipv6']
      ? undefined
      : 'enable-ipv4 and enable-ipv6 are both false; one of them has to be true',

  ({ settings, origins }) => {
    if (!replacesAll(settings['kube-proxy-replacement'])) return undefined
    return STRICT.filter((name) => settings[name] === false && origins.has(name)).map(
      (name) =>
        `${origins.get(name)}: ${name}=false, but kube-proxy-replacement=${settings['kube-proxy-replacement']} needs it; leave it out, or write kube-proxy-replacement=partial`,
    )
  },

  ({ settings }) => {
    const cidrs = (['bpf-lb-rss-ipv4-src-cidr', 'bpf-lb-rss-ipv6-src-cidr'] as const).filter(
      (name) => settings[name] !== '',
    )
    if (settings['bpf-lb-dsr-dispatch'] === 'ipip') return undefined
    return cidrs.map(
      (name) => `${name} sets sources of tunnels, but bpf-lb-dsr-dispatch is opt; write ipip, or leave it out`,
    )
  },

  ({ settings, origins }) =>
    settings['host-reachable-services-protos'].length === 0 && settings['enable-host-reachable-services']
      ? `${origins.get('host-reachable-services-protos') ?? 'host-reachable-services-protos'} names no protocol, but enable-host-reachable-services is true; write tcp,udp`
      : undefined,
]

/** Whether all of kube-proxy's work is asked for. */
export function replacesAll(replacement: string): boolean {
  return replacement === 'strict' || replacement === 'true'
}
