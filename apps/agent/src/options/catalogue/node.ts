import { absolutePath } from '../checks.ts'
import { flag, integer, list, text } from '../kinds.ts'
import type { Catalogue } from '../option.ts'

/** The node’s cgroups, and what its maps hold. */
export interface NodeSettings {
  'bgp-announce-lb-ip': boolean
  'bgp-announce-pod-cidr': boolean
  'bgp-config-path': string
  'bpf-lb-map-max': number
  'bpf-root': string
  'bpf-sock-rev-map-max': number
  'cgroup-host-check': boolean
  'cgroup-root': string
  'cgroups-as-host': readonly string[]
  'enable-mke': boolean
  'mke-cgroup-mount': string
}

const MOST = 1 << 24

export const node: Catalogue<NodeSettings> = {
  'bgp-announce-lb-ip': flag(false, { about: 'announce addresses of LoadBalancer services by BGP' }),
  'bgp-announce-pod-cidr': flag(false, { about: 'announce the node’s pod CIDRs by BGP' }),
  'bgp-config-path': text(
    '/etc/skep/bgp/config.yaml',
    'path',
    { about: 'BGP peers and pools, as MetalLB’s ConfigMap has them, or as our own kind: BGP' },
    absolutePath,
  ),
  'bpf-lb-map-max': integer(262_144, 'a number of entries', 1024, MOST, {
    about:
      'backends that there is room for; a larger number makes more at the next start, a smaller one takes none away',
  }),
  'bpf-root': text(
    '/sys/fs/bpf',
    'path',
    { about: 'BPF file system, which maps and links are pinned in' },
    absolutePath,
  ),
  'bpf-sock-rev-map-max': integer(262_144, 'a number of entries', 1024, MOST, {
    about: 'sockets that are remembered for recvmsg(2) and getpeername(2); grows as bpf-lb-map-max does',
  }),
  'cgroup-host-check': flag(true, {
    about: 'refuse a cgroup root that is not the host’s; false where a node is less than its machine (kind, tests)',
  }),
  'cgroup-root': text('', 'path', { about: 'root of cgroup v2; found, or mounted, where it is empty' }, absolutePath),
  'cgroups-as-host': list([], 'pattern', {
    about: 'containers that are treated as the host: cgroups below the root, like system.slice/docker-*.scope',
  }),
  'enable-mke': flag(false, {
    about: 'the same for the containers of Mirantis Kubernetes Engine: docker/* and system.slice/docker-*.scope',
  }),
  'mke-cgroup-mount': text(
    '',
    'path',
    { about: 'a hierarchy of cgroups v1 that tells those containers apart; net_cls or another is found if empty' },
    absolutePath,
  ),
}
