import type { Host, Topology } from '@skep/testbed'
import { openEthtool } from 'netlink-ts'

const offloads = {
  'tx-checksum-ip-generic': true,
  'tx-tcp-segmentation': true,
  'tx-tcp6-segmentation': true,
  'tx-generic-segmentation': true,
  'tx-udp-segmentation': true,
  'rx-gro': true,
} as const

/** What hosts have by default, and XDP on veth has no use for: one packet that stands for many, checksums still to be computed. */
export function switchOffloadsOn({ hosts }: Pick<Topology, 'hosts'>): void {
  for (const host of hosts.values()) switchOn(host)
}

function switchOn({ namespace, netlink }: Host): void {
  using ethtool = openEthtool({ ns: namespace })
  for (const { name } of [...netlink.link.list()].filter(({ kind }) => kind === 'veth'))
    ethtool.setFeatures(name, offloads)
}
