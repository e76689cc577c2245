import type { ServicesOptions } from '@skep/services'
import type { Settings } from '../options/catalogue/index.ts'

/** What the agent's options say about services. */
export function servicesOptions(settings: Settings, nodeName: string): ServicesOptions {
  const proxyName = settings['k8s-service-proxy-name']
  return {
    nodeName,
    families: [
      ...(settings['enable-ipv4'] ? ['IPv4' as const] : []),
      ...(settings['enable-ipv6'] ? ['IPv6' as const] : []),
    ],
    protocols: ['TCP', 'UDP'],
    nodePort: settings['enable-node-port'],
    externalIps: settings['enable-external-ips'],
    hostPort: settings['enable-host-port'],
    sessionAffinity: settings['enable-session-affinity'],
    topology: settings['enable-service-topology'],
    terminating: settings['enable-k8s-terminating-endpoint'],
    externalClusterIp: settings['bpf-lb-external-clusterip'],
    sourceRanges: settings['enable-svc-source-range-check'],
    sourceRangesAllTypes: settings['bpf-lb-source-range-all-types'],
    algorithm: settings['node-port-algorithm'] || settings['bpf-lb-algorithm'],
    forwarding: settings['node-port-mode'] || settings['bpf-lb-mode'],
    ...(proxyName !== '' && { proxyName }),
  }
}
