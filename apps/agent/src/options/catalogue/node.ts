import { absolutePath } from '../checks.ts'
import { duration, flag, list, text } from '../kinds.ts'
import type { Catalogue } from '../option.ts'

/** The node’s surroundings: neighbours, cgroups, routers. */
export interface NodeSettings {
  'arping-refresh-period': number
  'bgp-announce-lb-ip': boolean
  'bgp-announce-pod-cidr': boolean
  'bgp-config-path': string
  'enable-l2-neigh-discovery': boolean
  'cgroup-host-check': boolean
  'cgroups-as-host': readonly string[]
  'enable-mke': boolean
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
  'cgroup-host-check': flag(true, {
    about: 'refuse a cgroup root that is not the host’s; false where a node is less than its machine (kind, tests)',
  }),
  'cgroups-as-host': list([], 'pattern', {
    about: 'containers that are treated as the host: cgroups below the root, like system.slice/docker-*.scope',
  }),
  'enable-mke': flag(false, { about: 'the same for the containers of Mirantis Kubernetes Engine' }),
}
