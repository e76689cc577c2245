import type { LayerKind } from './header.ts'
import { EtherType, IpProtocol } from './protocols.ts'

/** The layer that an EtherType names. */
export const byEtherType: ReadonlyMap<number, LayerKind> = new Map([
  [EtherType.ipv4, 'ipv4'],
  [EtherType.arp, 'arp'],
  [EtherType.vlan, 'vlan'],
  [EtherType.serviceVlan, 'vlan'],
  [EtherType.ipv6, 'ipv6'],
])

/** The layer that the protocol number of an IPv4 header names. */
export const byProtocol: ReadonlyMap<number, LayerKind> = new Map([
  [IpProtocol.icmpv4, 'icmpv4'],
  [IpProtocol.ipv4, 'ipv4'],
  [IpProtocol.tcp, 'tcp'],
  [IpProtocol.udp, 'udp'],
  [IpProtocol.ipv6, 'ipv6'],
])

/** The layer that a next-header number in an IPv6 packet names. */
export const byNextHeader: ReadonlyMap<number, LayerKind> = new Map([
  [IpProtocol.hopByHop, 'hopByHop'],
  [IpProtocol.ipv4, 'ipv4'],
  [IpProtocol.tcp, 'tcp'],
  [IpProtocol.udp, 'udp'],
  [IpProtocol.ipv6, 'ipv6'],
  [IpProtocol.routing, 'routing'],
  [IpProtocol.fragment, 'fragment'],
  [IpProtocol.icmpv6, 'icmpv6'],
  [IpProtocol.destinationOptions, 'destinationOptions'],
])
