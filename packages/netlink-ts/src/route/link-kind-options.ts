import type { NamespaceReference } from '../namespace/reference.ts'

/** `ip link add … type bridge …`. Times are in milliseconds, in steps of 10. */
export interface BridgeOptions {
  forwardDelayMs?: number
  helloTimeMs?: number
  maxAgeMs?: number
  ageingTimeMs?: number
  stp?: boolean
  priority?: number
  vlanFiltering?: boolean
  vlanProtocol?: VlanProtocol | number
  groupForwardMask?: number
  multicastSnooping?: boolean
  vlanDefaultPvid?: number
  nfCallIptables?: boolean
  nfCallIp6tables?: boolean
  nfCallArptables?: boolean
}

/** `ip link add … type bond …`. */
export interface BondOptions {
  mode?: BondMode | number
  /** Index of the active port. */
  activePort?: number
  miimonMs?: number
  upDelayMs?: number
  downDelayMs?: number
  useCarrier?: boolean
  arpIntervalMs?: number
  /** IPv4 addresses that ARP monitoring asks for. */
  arpIpTargets?: string[]
  /** Index of the primary port. */
  primary?: number
  failOverMac?: 'none' | 'active' | 'follow' | number
  xmitHashPolicy?: BondHashPolicy | number
  numPeerNotifications?: number
  allPortsActive?: boolean
  minLinks?: number
  lacpRate?: 'slow' | 'fast' | number
  adSelect?: 'stable' | 'bandwidth' | 'count' | number
}

export type BondMode =
  | 'balance-rr'
  | 'active-backup'
  | 'balance-xor'
  | 'broadcast'
  | '802.3ad'
  | 'balance-tlb'
  | 'balance-alb'
export type BondHashPolicy = 'layer2' | 'layer3+4' | 'layer2+3' | 'encap2+3' | 'encap3+4' | 'vlan+srcmac'
export type VlanProtocol = '802.1Q' | '802.1ad'

/** `ip link add … link <device> type vlan id <id>`. */
export interface VlanOptions {
  /** 0–4095. */
  id?: number
  protocol?: VlanProtocol | number
}

/** `ip link add … type vxlan id <vni> …`. */
export interface VxlanOptions {
  /** The network identifier, 0–16777215. */
  vni?: number
  /** Where unknown destinations go: a unicast or multicast address. */
  remote?: string
  /** Name or index of the device below (`dev`); read back as its index. */
  underlay?: string | number
  /** The source address. */
  local?: string
  ttl?: number
  tos?: number
  learning?: boolean
  ageingSeconds?: number
  /** UDP destination port; the kernel's default is 8472, IANA's is 4789. */
  port?: number
  /** ARP and neighbour requests are answered locally. */
  proxy?: boolean
  rsc?: boolean
  l2miss?: boolean
  l3miss?: boolean
  udpChecksum?: boolean
  udpZeroChecksum6Tx?: boolean
  udpZeroChecksum6Rx?: boolean
  /** The tunnel's addresses come with each packet (`external`): for BPF and lightweight tunnels. */
  collectMetadata?: boolean
  gbp?: true
}

export type MacvlanMode = 'private' | 'vepa' | 'bridge' | 'passthru' | 'source'

/** `ip link add … link <device> type macvlan mode <mode>`. */
export interface MacvlanOptions {
  mode?: MacvlanMode | number
}

/** `ip link add … type vrf table <table>`. */
export interface VrfOptions {
  table?: number
}

/** A device by name or by index. */
export type DeviceReference = string | number

/** The other end of a veth pair. */
export interface VethPeer {
  name: string
  /** The namespace that it is born in; the socket's own when left out, wherever the other end is. */
  ns?: NamespaceReference
  up?: boolean
  mtu?: number
  address?: string
  numTxQueues?: number
  numRxQueues?: number
}

/** `ip link add … type veth peer name …`. */
export interface VethOptions {
  peer?: VethPeer
}

/** The options of every kind, by its name. */
export interface LinkKindOptions {
  veth: VethOptions
  bridge: BridgeOptions
  bond: BondOptions
  vlan: VlanOptions
  vxlan: VxlanOptions
  dummy: object
  macvlan: MacvlanOptions
  vrf: VrfOptions
}

export type LinkKind = keyof LinkKindOptions
