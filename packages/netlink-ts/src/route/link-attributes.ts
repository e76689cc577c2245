import { bytes, deviceName, hardwareAddress, kindName, s32, string, u32, u8 } from '../wire/codecs.ts'
import { list, nested } from '../wire/nests.ts'
import type { AttributeCodec } from '../wire/table.ts'
import { AttributeTable } from '../wire/table.ts'
import type { LinkStatistics } from './link-statistics.ts'
import { linkStatistics } from './link-statistics.ts'

/** Size of `struct ifinfomsg`. */
export const IFINFOMSG = 16

/** `IFLA_LINKINFO`; `data` is what the kind makes of it. */
export interface LinkInfo<D> {
  kind?: string
  data?: D
  portKind?: string
}

export interface XdpAttributes {
  attached?: number
  flags?: number
  programId?: number
  nativeProgramId?: number
  genericProgramId?: number
  offloadProgramId?: number
}

export interface LinkAttributes<D> {
  address?: string
  broadcast?: string
  name?: string
  mtu?: number
  link?: number
  qdisc?: string
  master?: number
  txQueueLength?: number
  operState?: number
  info?: LinkInfo<D>
  alias?: string
  statistics?: LinkStatistics
  deviceGroup?: number
  namespaceFd?: number
  extMask?: number
  promiscuity?: number
  numTxQueues?: number
  numRxQueues?: number
  carrier?: number
  carrierChanges?: number
  linkNetnsid?: number
  gsoMaxSegs?: number
  gsoMaxSize?: number
  xdp?: XdpAttributes
  minMtu?: number
  maxMtu?: number
  altNames?: string[]
  permanentAddress?: string
  groMaxSize?: number
  gsoIpv4MaxSize?: number
  groIpv4MaxSize?: number
}

const xdp: AttributeTable<XdpAttributes> = new AttributeTable<XdpAttributes>({
  attached: [2, 'IFLA_XDP_ATTACHED', u8],
  flags: [3, 'IFLA_XDP_FLAGS', u32],
  programId: [4, 'IFLA_XDP_PROG_ID', u32],
  nativeProgramId: [5, 'IFLA_XDP_DRV_PROG_ID', u32],
  genericProgramId: [6, 'IFLA_XDP_SKB_PROG_ID', u32],
  offloadProgramId: [7, 'IFLA_XDP_HW_PROG_ID', u32],
})

function linkInfo<D>(data: AttributeCodec<D>): AttributeTable<LinkInfo<D>> {
  return new AttributeTable<LinkInfo<unknown>>({
    kind: [1, 'IFLA_INFO_KIND', kindName],
    data: [2, 'IFLA_INFO_DATA', data],
    portKind: [4, 'IFLA_INFO_SLAVE_KIND', string],
  }) as unknown as AttributeTable<LinkInfo<D>>
}

/** The attributes of a link message whose kind has its data in `data`. */
export function linkTable<D>(data: AttributeCodec<D>): AttributeTable<LinkAttributes<D>> {
  return new AttributeTable<LinkAttributes<D>>({
    address: [1, 'IFLA_ADDRESS', hardwareAddress],
    broadcast: [2, 'IFLA_BROADCAST', hardwareAddress],
    name: [3, 'IFLA_IFNAME', deviceName],
    mtu: [4, 'IFLA_MTU', u32],
    link: [5, 'IFLA_LINK', u32],
    qdisc: [6, 'IFLA_QDISC', string],
    master: [10, 'IFLA_MASTER', u32],
    txQueueLength: [13, 'IFLA_TXQLEN', u32],
    operState: [16, 'IFLA_OPERSTATE', u8],
    info: [18, 'IFLA_LINKINFO', nested(linkInfo(data))],
    alias: [20, 'IFLA_IFALIAS', string],
    statistics: [23, 'IFLA_STATS64', linkStatistics],
    deviceGroup: [27, 'IFLA_GROUP', u32],
    namespaceFd: [28, 'IFLA_NET_NS_FD', u32],
    extMask: [29, 'IFLA_EXT_MASK', u32],
    promiscuity: [30, 'IFLA_PROMISCUITY', u32],
    numTxQueues: [31, 'IFLA_NUM_TX_QUEUES', u32],
    numRxQueues: [32, 'IFLA_NUM_RX_QUEUES', u32],
    carrier: [33, 'IFLA_CARRIER', u8],
    carrierChanges: [35, 'IFLA_CARRIER_CHANGES', u32],
    linkNetnsid: [37, 'IFLA_LINK_NETNSID', s32],
    gsoMaxSegs: [40, 'IFLA_GSO_MAX_SEGS', u32],
    gsoMaxSize: [41, 'IFLA_GSO_MAX_SIZE', u32],
    xdp: [43, 'IFLA_XDP', nested(xdp)],
    minMtu: [50, 'IFLA_MIN_MTU', u32],
    maxMtu: [51, 'IFLA_MAX_MTU', u32],
    altNames: [52, 'IFLA_PROP_LIST', list(53, 'IFLA_ALT_IFNAME', string)],
    permanentAddress: [54, 'IFLA_PERM_ADDRESS', hardwareAddress],
    groMaxSize: [58, 'IFLA_GRO_MAX_SIZE', u32],
    gsoIpv4MaxSize: [63, 'IFLA_GSO_IPV4_MAX_SIZE', u32],
    groIpv4MaxSize: [64, 'IFLA_GRO_IPV4_MAX_SIZE', u32],
  })
}

/** For messages without kind data, and for reading (the kind's table reads `data` afterwards). */
export const linkAttributes: AttributeTable<LinkAttributes<Uint8Array>> = linkTable(bytes)
