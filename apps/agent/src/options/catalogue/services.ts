import { ipv4Address, listenAddress } from '../checks.ts'
import { flag, list, text, word } from '../kinds.ts'
import { portRange, type PortRange } from '../port-range.ts'
import type { Catalogue } from '../option.ts'

type Replacement = 'disabled' | 'probe' | 'partial' | 'strict' | 'true' | 'false'

/** Which services are served, and for whom. */
export interface ServiceSettings {
  'bpf-lb-external-clusterip': boolean
  'bpf-lb-sock-hostns-only': boolean
  'enable-auto-protect-node-port-range': boolean
  'enable-external-ips': boolean
  'enable-health-check-nodeport': boolean
  'enable-host-port': boolean
  'enable-host-reachable-services': boolean
  'enable-node-port': boolean
  'enable-session-affinity': boolean
  'enable-svc-source-range-check': boolean
  'host-reachable-services-protos': readonly string[]
  'ipv4-service-loopback-address': string
  'kube-proxy-replacement': Replacement
  'kube-proxy-replacement-healthz-bind-address': string
  'node-port-bind-protection': boolean
  'node-port-range': PortRange
}

export const services: Catalogue<ServiceSettings> = {
  'bpf-lb-external-clusterip': flag(false, { about: 'ClusterIPs are reachable from outside the cluster too' }),
  'bpf-lb-sock-hostns-only': flag(false, {
    about: 'only the host’s sockets are balanced; pods’ packets are translated at their veth (Istio, gVisor, Kata)',
  }),
  'enable-auto-protect-node-port-range': flag(true, {
    about: 'add the NodePort range to net.ipv4.ip_local_reserved_ports where it overlaps the ephemeral ports',
  }),
  'enable-external-ips': flag(true, { about: 'serve externalIPs' }),
  'enable-health-check-nodeport': flag(true, { about: 'serve healthCheckNodePort' }),
  'enable-host-port': flag(true, { about: 'serve hostPort of pods' }),
  'enable-host-reachable-services': flag(false, {
    about: 'balance at connect(2): a service address becomes a backend',
  }),
  'enable-node-port': flag(false, { about: 'serve NodePort and LoadBalancer' }),
  'enable-session-affinity': flag(true, { about: 'follow sessionAffinity: ClientIP' }),
  'enable-svc-source-range-check': flag(true, { about: 'follow loadBalancerSourceRanges' }),
  'host-reachable-services-protos': list(
    ['tcp', 'udp'],
    'tcp|udp',
    { about: 'what is balanced at connect(2)' },
    (one) => {
      word('tcp', ['tcp', 'udp'], { about: '' }).read(one)
    },
  ),
  'ipv4-service-loopback-address': text(
    '169.254.42.1',
    'address',
    { about: 'who a pod seems to be when it reaches itself through its service' },
    ipv4Address,
  ),
  'kube-proxy-replacement': word<Replacement>('partial', ['disabled', 'probe', 'partial', 'strict', 'true', 'false'], {
    about: 'strict (true): all of kube-proxy’s work, or refuse to start; partial: what the other options say',
  }),
  'kube-proxy-replacement-healthz-bind-address': text(
    '',
    'address',
    { about: 'where kube-proxy’s /healthz is imitated, like 0.0.0.0:10256' },
    listenAddress,
  ),
  'node-port-bind-protection': flag(true, { about: 'bind(2) on a NodePort is refused' }),
  'node-port-range': portRange([30_000, 32_767], { about: 'ports of NodePort services' }),
}
