import type { Header, LayerKind } from './header.ts'
import type { Arp, ArpSpec } from './headers/arp.ts'
import { arpHeader } from './headers/arp.ts'
import type { Ethernet, EthernetSpec } from './headers/ethernet.ts'
import { ethernetHeader } from './headers/ethernet.ts'
import type { Fragment, FragmentSpec } from './headers/fragment.ts'
import { fragmentHeader } from './headers/fragment.ts'
import type { Icmpv4, Icmpv4Spec } from './headers/icmpv4.ts'
import { icmpv4Header } from './headers/icmpv4.ts'
import type { Icmpv6, Icmpv6Spec } from './headers/icmpv6.ts'
import { icmpv6Header } from './headers/icmpv6.ts'
import type { Ipv4, Ipv4Spec } from './headers/ipv4.ts'
import { ipv4Header } from './headers/ipv4.ts'
import type { DestinationOptions, DestinationOptionsSpec, HopByHop, HopByHopSpec } from './headers/ipv6-options.ts'
import { destinationOptionsHeader, hopByHopHeader } from './headers/ipv6-options.ts'
import type { Ipv6, Ipv6Spec } from './headers/ipv6.ts'
import { ipv6Header } from './headers/ipv6.ts'
import type { Routing, RoutingSpec } from './headers/routing.ts'
import { routingHeader } from './headers/routing.ts'
import type { Tcp, TcpSpec } from './headers/tcp.ts'
import { tcpHeader } from './headers/tcp.ts'
import type { Udp, UdpSpec } from './headers/udp.ts'
import { udpHeader } from './headers/udp.ts'
import type { Vlan, VlanSpec } from './headers/vlan.ts'
import { vlanHeader } from './headers/vlan.ts'

/** Every kind of layer as it is read: all fields known. */
export interface Layers {
  readonly ethernet: Ethernet
  readonly vlan: Vlan
  readonly arp: Arp
  readonly ipv4: Ipv4
  readonly ipv6: Ipv6
  readonly hopByHop: HopByHop
  readonly routing: Routing
  readonly fragment: Fragment
  readonly destinationOptions: DestinationOptions
  readonly tcp: Tcp
  readonly udp: Udp
  readonly icmpv4: Icmpv4
  readonly icmpv6: Icmpv6
}

/** Every kind of layer as it is built: what is not given is filled in. A read layer is one too. */
export interface LayerSpecs {
  readonly ethernet: EthernetSpec
  readonly vlan: VlanSpec
  readonly arp: ArpSpec
  readonly ipv4: Ipv4Spec
  readonly ipv6: Ipv6Spec
  readonly hopByHop: HopByHopSpec
  readonly routing: RoutingSpec
  readonly fragment: FragmentSpec
  readonly destinationOptions: DestinationOptionsSpec
  readonly tcp: TcpSpec
  readonly udp: UdpSpec
  readonly icmpv4: Icmpv4Spec
  readonly icmpv6: Icmpv6Spec
}

export type Layer = Layers[LayerKind]
export type LayerSpec = LayerSpecs[LayerKind]

/** The layout of every header, by kind. */
export const headers: { readonly [Kind in LayerKind]: Header<LayerSpecs[Kind], Layers[Kind]> } = {
  ethernet: ethernetHeader,
  vlan: vlanHeader,
  arp: arpHeader,
  ipv4: ipv4Header,
  ipv6: ipv6Header,
  hopByHop: hopByHopHeader,
  routing: routingHeader,
  fragment: fragmentHeader,
  destinationOptions: destinationOptionsHeader,
  tcp: tcpHeader,
  udp: udpHeader,
  icmpv4: icmpv4Header,
  icmpv6: icmpv6Header,
}
