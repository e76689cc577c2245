import { listenAddress } from '../checks.ts'
import { address, flag, list, text, word } from '../kinds.ts'
import type { Catalogue } from '../option.ts'

type Replacement = 'disabled' | 'probe' | 'partial' | 'strict' | 'true' | 'false'

/** Which services are served, and for whom. */
export interface ServiceSettings {
  'bpf-lb-sock-hostns-only': boolean
  'bpf-lb-sock-terminate-pod-connections': boolean
  'enable-external-ips': boolean
  'enable-health-check-nodeport': boolean
  'enable-host-port': boolean
  'enable-host-reachable-services': boolean
  'enable-node-port': boolean
  'enable-session-affinity': boolean
  'host-reachable-services-protos': readonly string[]
  'ipv4-service-loopback-address': string
  'ipv6-service-loopback-address': string
  'lb-sock-terminate-all-protos': boolean
  'kube-proxy-replacement': Replacement
  'kube-proxy-replacement-healthz-bind-address': string
  'node-port-bind-protection': boolean
}

export const services: Catalogue<ServiceSettings> = {
  'bpf-lb-sock-hostns-only': flag(false, {
    about: 'only the host’s sockets are balanced; pods’ packets are translated at their veths (Istio, gVisor, Kata)',
  }),
  'bpf-lb-sock-terminate-pod-connections': flag(true, {
    about: 'pods’ sockets end with their backend, too; false: only the host’s',
  }),
  'enable-external-ips': flag(true, { about: 'serve externalIPs' }),
  'enable-health-check-nodeport': flag(true, { about: 'serve healthCheckNodePort' }),
  'enable-host-port': flag(true, { about: 'serve hostPort of pods' }),
  'enable-host-reachable-services': flag(true, { about: 'balance at connect(2): a service address becomes a backend' }),
  'enable-node-port': flag(true, { about: 'serve NodePort and LoadBalancer' }),
  'enable-session-affinity': flag(true, { about: 'follow sessionAffinity: ClientIP' }),
  'host-reachable-services-protos': list(
    ['tcp', 'udp'],
    'tcp|udp',
    { about: 'what is balanced at connect(2)' },
    (one) => {
      word('tcp', ['tcp', 'udp'], { about: '' }).read(one)
    },
  ),
  'ipv4-service-loopback-address': address(4, '169.254.42.1', {
    about: 'whom a pod sees that reaches itself by a service, where packets are translated',
  }),
  'ipv6-service-loopback-address': address(6, '64:ff9b:1::a9fe:2a01', {
    about: 'the same over IPv6; not an option of Cilium 1.11',
  }),
  'lb-sock-terminate-all-protos': flag(false, {
    about: 'TCP connections end with their backend as well, not only connected UDP sockets',
  }),
  'kube-proxy-replacement': word<Replacement>('partial', ['disabled', 'probe', 'partial', 'strict', 'true', 'false'], {
    about:
      'strict: all that kube-proxy does; partial: sockets of this node, and packets from outside where devices are named',
  }),
  'kube-proxy-replacement-healthz-bind-address': text(
    '',
    'address',
    { about: 'where kube-proxy’s /healthz is imitated, like 0.0.0.0:10256' },
    listenAddress,
  ),
  'node-port-bind-protection': flag(true, { about: 'bind(2) on a NodePort is refused' }),
}
