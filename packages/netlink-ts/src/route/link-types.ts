import type { NamespaceReference } from '../namespace/reference.ts'
import type { LinkFlag, LinkType, OperState } from './link-flags.ts'
import type {
  BondOptions,
  BridgeOptions,
  DeviceReference,
  LinkKind,
  LinkKindOptions,
  MacvlanOptions,
  VlanOptions,
  VrfOptions,
  VxlanOptions,
} from './link-kind-options.ts'
import type { LinkStatistics } from './link-statistics.ts'

/** The XDP programs of a device (a `link` in libbpf's sense, or attached the old way). */
export interface XdpInfo {
  /** Where they run; `multi` when in more than one place. */
  readonly mode: 'native' | 'generic' | 'offload' | 'multi'
  /** The only program's id, or the one that runs first. */
  readonly programId: number
  readonly programIds: { readonly native?: number; readonly generic?: number; readonly offload?: number }
}

/** A network device, as `ip -s -d link show` knows it. */
export interface Link {
  readonly index: number
  readonly name: string
  readonly altNames: readonly string[]
  /** `veth`, `bridge`, …; `undefined` for hardware and loopback. Kinds beyond {@link LinkKind} keep their name. */
  readonly kind?: string
  readonly type: LinkType | number
  readonly flags: readonly LinkFlag[]
  /** Administratively up. */
  readonly up: boolean
  readonly operState: OperState | number
  readonly carrier?: boolean
  /** `undefined` where there is none, as on some tunnels. */
  readonly address?: string
  readonly broadcast?: string
  readonly permanentAddress?: string
  readonly mtu: number
  readonly minMtu?: number
  readonly maxMtu?: number
  readonly qdisc?: string
  readonly txQueueLength?: number
  readonly numTxQueues?: number
  readonly numRxQueues?: number
  readonly deviceGroup?: number
  readonly promiscuity?: number
  readonly alias?: string
  /** Index of the bridge, bond or VRF that it is a port of, and what kind of port. */
  readonly master?: number
  readonly portKind?: string
  /** Index of the device below (vlan, macvlan) or of the peer (veth). */
  readonly link?: number
  /** Where that index counts, when it is another namespace: an id of this namespace; −1 when it has none. */
  readonly linkNetnsid?: number
  readonly gsoMaxSize?: number
  readonly gsoMaxSegs?: number
  readonly groMaxSize?: number
  readonly xdp?: XdpInfo
  /** Absent when not asked for. */
  readonly statistics?: LinkStatistics
  readonly bridge?: BridgeOptions
  readonly bond?: BondOptions
  readonly vlan?: VlanOptions
  readonly vxlan?: VxlanOptions
  readonly macvlan?: MacvlanOptions
  readonly vrf?: VrfOptions
}

/** What a device of any kind can be made with. */
export interface LinkAddCommon {
  readonly name: string
  /** The index to have; the kernel chooses when left out. */
  readonly index?: number
  /** The namespace that it is born in; the socket's own when left out. */
  readonly ns?: NamespaceReference
  readonly up?: boolean
  readonly mtu?: number
  readonly address?: string
  readonly broadcast?: string
  readonly txQueueLength?: number
  readonly numTxQueues?: number
  readonly numRxQueues?: number
  readonly deviceGroup?: number
  /** The bridge, bond or VRF to be a port of. */
  readonly master?: DeviceReference
  /** The device below, for vlan and macvlan. */
  readonly link?: DeviceReference
  readonly gsoMaxSize?: number
  readonly groMaxSize?: number
}

/** A device to make: what all have, its kind, and the kind's options. */
export type LinkAdd = { [K in LinkKind]: LinkAddCommon & { readonly kind: K } & Readonly<LinkKindOptions[K]> }[LinkKind]

/** A device, by name (also an alternative one) or index. */
export type LinkKey =
  | { readonly name: string; readonly index?: number }
  | { readonly index: number; readonly name?: string }

/** What can be changed on a device; what is left out stays. */
export interface LinkChanges {
  readonly newName?: string
  readonly up?: boolean
  readonly arp?: boolean
  readonly promiscuous?: boolean
  readonly multicast?: boolean
  readonly allMulticast?: boolean
  /** Moves it there (it comes out down, and without addresses). */
  readonly ns?: NamespaceReference
  readonly mtu?: number
  readonly address?: string
  readonly broadcast?: string
  readonly txQueueLength?: number
  readonly deviceGroup?: number
  readonly alias?: string
  /** The bridge, bond or VRF to be a port of; `null` takes it out. */
  readonly master?: DeviceReference | null
  readonly gsoMaxSize?: number
  readonly groMaxSize?: number
}

export type LinkSet = LinkKey &
  LinkChanges &
  (
    | { readonly kind?: undefined }
    | { [K in Exclude<LinkKind, 'veth'>]: { readonly kind: K } & Readonly<LinkKindOptions[K]> }[Exclude<
        LinkKind,
        'veth'
      >]
  )

export interface LinkListOptions {
  readonly kind?: LinkKind | (string & {})
  readonly master?: DeviceReference
  /** False leaves the counters out, which is cheaper. Default true. */
  readonly statistics?: boolean
}
