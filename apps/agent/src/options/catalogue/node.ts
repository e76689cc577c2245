import { absolutePath } from '../checks.ts'
import { duration, flag, text } from '../kinds.ts'
import type { Catalogue } from '../option.ts'

/** The node’s surroundings: neighbours, cgroups, routers. */
export interface NodeSettings {
  'arping-refresh-period': number
  'bgp-announce-lb-ip': boolean
  'bgp-announce-pod-cidr': boolean
  'bgp-config-path': string
  'enable-l2-neigh-discovery': boolean
  'enable-mke': boolean
  'mke-cgroup-mount': string
}

const SECOND = 1000

export const node: Catalogue<NodeSettings> = {
  'arping-refresh-period': duration(30 * SECOND, { about: 'how often next hops are refreshed below Linux 5.16' }),
  'bgp-announce-lb-ip': flag(false, { about: 'announce addresses of LoadBalancer services by BGP' }),
  'bgp-announce-pod-cidr': flag(false, { about: 'announce the node’s pod CIDRs by BGP' }),
  'bgp-config-path': text(
    '/etc/skep/bgp/config.yaml',
    'path',
    { about: 'BGP peers, in MetalLB’s format' },
    absolutePath,
  ),
  'enable-l2-neigh-discovery': flag(true, { about: 'keep the next hops of nodes and backends resolved' }),
  'enable-mke': flag(false, { about: 'treat Mirantis Kubernetes Engine’s containers as the host' }),
  'mke-cgroup-mount': text(
    '',
    'path',
    { about: 'where its net_cls cgroups are mounted; found where it is empty' },
    absolutePath,
  ),
}
