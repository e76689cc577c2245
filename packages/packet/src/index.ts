export type { Address } from './address/address.ts'
export {
  addressFromBytes,
  compareAddresses,
  formatAddress,
  parseAddress,
  tryParseAddress,
  unmapAddress,
} from './address/address.ts'
export type { Cidr } from './address/cidr.ts'
export {
  cidrContains,
  cidrLast,
  cidrNetwork,
  cidrsOverlap,
  formatCidr,
  parseCidr,
  sameCidr,
  tryParseCidr,
} from './address/cidr.ts'
export type { AddressErrorCode } from './address/error.ts'
export { AddressError } from './address/error.ts'
export { formatIpv4, ipv4Bytes, ipv4FromBytes, parseIpv4, tryParseIpv4 } from './address/ipv4.ts'
export { formatIpv6, isV4Mapped, parseIpv6, tryParseIpv6 } from './address/ipv6.ts'
export { formatMac, parseMac, tryParseMac } from './address/mac.ts'
export type { Part, Trailer } from './build.ts'
export { build, trailer } from './build.ts'
export type { PseudoHeader } from './bytes/checksum.ts'
export { checksum, pseudoHeaderSum, updateChecksum } from './bytes/checksum.ts'
export { BuildError } from './bytes/writer.ts'
export type { LayerKind } from './header.ts'
export type { Arp, ArpSpec } from './headers/arp.ts'
export { arp, ArpOperation } from './headers/arp.ts'
export type { Ethernet, EthernetSpec } from './headers/ethernet.ts'
export { ethernet } from './headers/ethernet.ts'
export type { Fragment, FragmentSpec } from './headers/fragment.ts'
export { fragment } from './headers/fragment.ts'
export type { Icmpv4, Icmpv4Spec } from './headers/icmpv4.ts'
export { icmpv4, Icmpv4Type, Icmpv4Unreachable } from './headers/icmpv4.ts'
export type { Icmpv6, Icmpv6Spec } from './headers/icmpv6.ts'
export { icmpv6, Icmpv6Type, Icmpv6Unreachable } from './headers/icmpv6.ts'
export { Ipv4OptionType } from './headers/ipv4-options.ts'
export type { Ipv4, Ipv4Spec } from './headers/ipv4.ts'
export { ipv4 } from './headers/ipv4.ts'
export type { DestinationOptions, DestinationOptionsSpec, HopByHop, HopByHopSpec } from './headers/ipv6-options.ts'
export { destinationOptions, hopByHop, Ipv6OptionType } from './headers/ipv6-options.ts'
export type { Ipv6, Ipv6Spec } from './headers/ipv6.ts'
export { ipv6 } from './headers/ipv6.ts'
export type { NeighborOption } from './headers/neighbor-options.ts'
export type { TlvOption, TlvOptions } from './headers/options.ts'
export type { Routing, RoutingSpec } from './headers/routing.ts'
export { routing } from './headers/routing.ts'
export type { TcpOption, TcpOptions } from './headers/tcp-options.ts'
export type { Tcp, TcpFlag, TcpSpec } from './headers/tcp.ts'
export { tcp, tcpFlags } from './headers/tcp.ts'
export type { Udp, UdpSpec } from './headers/udp.ts'
export { udp } from './headers/udp.ts'
export type { Vlan, VlanSpec } from './headers/vlan.ts'
export { vlan } from './headers/vlan.ts'
export type { Layer, Layers, LayerSpec, LayerSpecs } from './layers.ts'
export { EtherType, IpProtocol } from './protocols.ts'
export type { DissectOptions, Packet, Trouble } from './dissect.ts'
export { dissect } from './dissect.ts'
export { format } from './format/format.ts'
export { PcapError } from './pcap/error.ts'
export type { PcapPacket } from './pcap/format.ts'
export { PcapLink } from './pcap/format.ts'
export type { Capture } from './pcap/read.ts'
export { PcapReader, readPcap } from './pcap/read.ts'
export type { PcapInput, PcapOptions } from './pcap/write.ts'
export { pcapHeader, pcapRecord, writePcap } from './pcap/write.ts'
export type { PcapngInterface, PcapngPacket, PcapngStatistics } from './pcapng/write.ts'
export { pcapngHeader, pcapngInterface, pcapngPacket, pcapngStatistics } from './pcapng/write.ts'
