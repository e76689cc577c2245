import { be16, bool, boolean, flag, ipv4, ipv6, milliseconds, named, ranged, u16, u32, u8 } from '../wire/codecs.ts'
import { list } from '../wire/nests.ts'
import type { AttributeCodec } from '../wire/table.ts'
import { AttributeTable } from '../wire/table.ts'
import type {
  BondHashPolicy,
  BondMode,
  BondOptions,
  BridgeOptions,
  LinkKind,
  LinkKindOptions,
  MacvlanMode,
  MacvlanOptions,
  VlanOptions,
  VlanProtocol,
  VrfOptions,
  VxlanOptions,
} from './link-kind-options.ts'

/** As the kernel has it: IPv6 addresses in attributes of their own, the device below by index. */
export interface VxlanData extends Omit<VxlanOptions, 'underlay'> {
  underlay?: number
  remote6?: string
  local6?: string
}

type LinkKindData = Omit<LinkKindOptions, 'vxlan' | 'veth'> & { vxlan: VxlanData }

const vlanProtocols: Readonly<Record<VlanProtocol, number>> = { '802.1Q': 0x8100, '802.1ad': 0x88a8 }
const centiseconds: AttributeCodec<number> = milliseconds(u32, 10)

const bridge: AttributeTable<BridgeOptions> = new AttributeTable<BridgeOptions>({
  forwardDelayMs: [1, 'IFLA_BR_FORWARD_DELAY', centiseconds],
  helloTimeMs: [2, 'IFLA_BR_HELLO_TIME', centiseconds],
  maxAgeMs: [3, 'IFLA_BR_MAX_AGE', centiseconds],
  ageingTimeMs: [4, 'IFLA_BR_AGEING_TIME', centiseconds],
  stp: [5, 'IFLA_BR_STP_STATE', boolean(u32)],
  priority: [6, 'IFLA_BR_PRIORITY', u16],
  vlanFiltering: [7, 'IFLA_BR_VLAN_FILTERING', bool],
  vlanProtocol: [8, 'IFLA_BR_VLAN_PROTOCOL', named(be16, vlanProtocols)],
  groupForwardMask: [9, 'IFLA_BR_GROUP_FWD_MASK', u16],
  multicastSnooping: [23, 'IFLA_BR_MCAST_SNOOPING', bool],
  nfCallIptables: [36, 'IFLA_BR_NF_CALL_IPTABLES', bool],
  nfCallIp6tables: [37, 'IFLA_BR_NF_CALL_IP6TABLES', bool],
  nfCallArptables: [38, 'IFLA_BR_NF_CALL_ARPTABLES', bool],
  vlanDefaultPvid: [39, 'IFLA_BR_VLAN_DEFAULT_PVID', u16],
})

const bondModes: Readonly<Record<BondMode, number>> = {
  'balance-rr': 0,
  'active-backup': 1,
  'balance-xor': 2,
  broadcast: 3,
  '802.3ad': 4,
  'balance-tlb': 5,
  'balance-alb': 6,
}

const bondHashPolicies: Readonly<Record<BondHashPolicy, number>> = {
  layer2: 0,
  'layer3+4': 1,
  'layer2+3': 2,
  'encap2+3': 3,
  'encap3+4': 4,
  'vlan+srcmac': 5,
}

const bond: AttributeTable<BondOptions> = new AttributeTable<BondOptions>({
  mode: [1, 'IFLA_BOND_MODE', named(u8, bondModes)],
  activePort: [2, 'IFLA_BOND_ACTIVE_SLAVE', u32],
  miimonMs: [3, 'IFLA_BOND_MIIMON', u32],
  upDelayMs: [4, 'IFLA_BOND_UPDELAY', u32],
  downDelayMs: [5, 'IFLA_BOND_DOWNDELAY', u32],
  useCarrier: [6, 'IFLA_BOND_USE_CARRIER', bool],
  arpIntervalMs: [7, 'IFLA_BOND_ARP_INTERVAL', u32],
  arpIpTargets: [8, 'IFLA_BOND_ARP_IP_TARGET', list('index', 'IFLA_BOND_ARP_IP_TARGET', ipv4)],
  primary: [11, 'IFLA_BOND_PRIMARY', u32],
  failOverMac: [13, 'IFLA_BOND_FAIL_OVER_MAC', named(u8, { none: 0, active: 1, follow: 2 })],
  xmitHashPolicy: [14, 'IFLA_BOND_XMIT_HASH_POLICY', named(u8, bondHashPolicies)],
  numPeerNotifications: [16, 'IFLA_BOND_NUM_PEER_NOTIF', u8],
  allPortsActive: [17, 'IFLA_BOND_ALL_SLAVES_ACTIVE', bool],
  minLinks: [18, 'IFLA_BOND_MIN_LINKS', u32],
  lacpRate: [21, 'IFLA_BOND_AD_LACP_RATE', named(u8, { slow: 0, fast: 1 })],
  adSelect: [22, 'IFLA_BOND_AD_SELECT', named(u8, { stable: 0, bandwidth: 1, count: 2 })],
})

const vlan: AttributeTable<VlanOptions> = new AttributeTable<VlanOptions>({
  id: [1, 'IFLA_VLAN_ID', ranged(u16, 0, 4095)],
  protocol: [5, 'IFLA_VLAN_PROTOCOL', named(be16, vlanProtocols)],
})

const vxlan: AttributeTable<VxlanData> = new AttributeTable<VxlanData>({
  vni: [1, 'IFLA_VXLAN_ID', ranged(u32, 0, 0xffffff)],
  remote: [2, 'IFLA_VXLAN_GROUP', ipv4],
  underlay: [3, 'IFLA_VXLAN_LINK', u32],
  local: [4, 'IFLA_VXLAN_LOCAL', ipv4],
  ttl: [5, 'IFLA_VXLAN_TTL', u8],
  tos: [6, 'IFLA_VXLAN_TOS', u8],
  learning: [7, 'IFLA_VXLAN_LEARNING', bool],
  ageingSeconds: [8, 'IFLA_VXLAN_AGEING', u32],
  proxy: [11, 'IFLA_VXLAN_PROXY', bool],
  rsc: [12, 'IFLA_VXLAN_RSC', bool],
  l2miss: [13, 'IFLA_VXLAN_L2MISS', bool],
  l3miss: [14, 'IFLA_VXLAN_L3MISS', bool],
  port: [15, 'IFLA_VXLAN_PORT', be16],
  remote6: [16, 'IFLA_VXLAN_GROUP6', ipv6],
  local6: [17, 'IFLA_VXLAN_LOCAL6', ipv6],
  udpChecksum: [18, 'IFLA_VXLAN_UDP_CSUM', bool],
  udpZeroChecksum6Tx: [19, 'IFLA_VXLAN_UDP_ZERO_CSUM6_TX', bool],
  udpZeroChecksum6Rx: [20, 'IFLA_VXLAN_UDP_ZERO_CSUM6_RX', bool],
  gbp: [23, 'IFLA_VXLAN_GBP', flag],
  collectMetadata: [25, 'IFLA_VXLAN_COLLECT_METADATA', bool],
})

const macvlanModes: Readonly<Record<MacvlanMode, number>> = { private: 1, vepa: 2, bridge: 4, passthru: 8, source: 16 }

const macvlan: AttributeTable<MacvlanOptions> = new AttributeTable<MacvlanOptions>({
  mode: [1, 'IFLA_MACVLAN_MODE', named(u32, macvlanModes)],
})

const vrf: AttributeTable<VrfOptions> = new AttributeTable<VrfOptions>({
  table: [1, 'IFLA_VRF_TABLE', ranged(u32, 1, 0xffffffff)],
})

/** A kind's own attributes, and what a kernel needs to have it. */
export interface LinkKindTable<D extends object> {
  readonly data: AttributeTable<D>
  readonly needs: string
}

export const linkKinds: { readonly [K in Exclude<LinkKind, 'veth'>]: LinkKindTable<LinkKindData[K]> } = {
  bridge: { data: bridge, needs: 'CONFIG_BRIDGE (module bridge)' },
  bond: { data: bond, needs: 'CONFIG_BONDING (module bonding)' },
  vlan: { data: vlan, needs: 'CONFIG_VLAN_8021Q (module 8021q)' },
  vxlan: { data: vxlan, needs: 'CONFIG_VXLAN (module vxlan)' },
  dummy: { data: new AttributeTable<object>({}), needs: 'CONFIG_DUMMY (module dummy)' },
  macvlan: { data: macvlan, needs: 'CONFIG_MACVLAN (module macvlan)' },
  vrf: { data: vrf, needs: 'CONFIG_NET_VRF (module vrf)' },
}
