import type { IpFamily } from '@skep/kube'
import type { Protocol } from './model/frontend.ts'

/** What all services have in common on this node. Names in brackets: the agent's options. */
export interface ServicesOptions {
  /** Name of this node's Node object. */
  readonly nodeName: string
  /** Families in use; both when left out (`enable-ipv4`, `enable-ipv6`). */
  readonly families?: readonly IpFamily[]
  /** What can be carried; all when left out. Ports of other protocols are left out, and that is a problem of the service. */
  readonly protocols?: readonly Protocol[]
  /** Are cluster addresses also for packets from outside (`bpf-lb-external-clusterip`)? No when left out. */
  readonly externalClusterIp?: boolean
  /** Yes when left out (`enable-node-port`, `enable-external-ips`, `enable-host-port`, `enable-session-affinity`). */
  readonly nodePort?: boolean
  readonly externalIps?: boolean
  readonly hostPort?: boolean
  readonly sessionAffinity?: boolean
  /** `enable-svc-source-range-check`; yes when left out. */
  readonly sourceRanges?: boolean
  /** Do source ranges count for all external addresses (`bpf-lb-source-range-all-types`), not LoadBalancer's alone? No when left out. */
  readonly sourceRangesAllTypes?: boolean
  /** Are topology hints looked at (`enable-service-topology`)? Yes when left out. */
  readonly topology?: boolean
  /** Are terminating endpoints used and kept (`enable-k8s-terminating-endpoint`)? Yes when left out. */
  readonly terminating?: boolean
  /** Only services whose label `service.kubernetes.io/service-proxy-name` is this; those without it when left out. */
  readonly proxyName?: string
  /** For services without an annotation (`bpf-lb-algorithm`); `maglev` when left out. */
  readonly algorithm?: 'maglev' | 'random'
  /** For services without an annotation (`bpf-lb-mode`); `snat` when left out. `hybrid`: TCP by DSR, all else by SNAT. */
  readonly forwarding?: 'snat' | 'dsr' | 'hybrid'
  /** For services without an annotation: how long a terminating endpoint may drain; as long as it exists when left out. */
  readonly drainTimeoutSeconds?: number
}

/** Options with nothing left out. */
export type Options = Required<Omit<ServicesOptions, 'proxyName' | 'drainTimeoutSeconds'>> &
  Pick<ServicesOptions, 'proxyName' | 'drainTimeoutSeconds'>

/** Fills in what is left out. */
export function withDefaults(options: ServicesOptions): Options {
  return {
    families: ['IPv4', 'IPv6'],
    protocols: ['TCP', 'UDP', 'SCTP'],
    externalClusterIp: false,
    nodePort: true,
    externalIps: true,
    hostPort: true,
    sessionAffinity: true,
    sourceRanges: true,
    sourceRangesAllTypes: false,
    topology: true,
    terminating: true,
    algorithm: 'maglev',
    forwarding: 'snat',
    ...options,
  }
}
