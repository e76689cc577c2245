export type { NetlinkOptions } from './netlink.ts'
export { Netlink, openNetlink } from './netlink.ts'
export { Ethtool, openEthtool } from './generic/ethtool.ts'
export type { NetlinkErrorCode, NetlinkErrorDetails } from './error.ts'
export { NetlinkError } from './error.ts'
export type { OpenHandle } from './open-handles.ts'
export { openHandles } from './open-handles.ts'

export type { ExecOptions, ExecResult, SpawnOptions } from './namespace/process.ts'
export type { NamespaceReference } from './namespace/reference.ts'
export type { NamespaceIdentity } from './namespace/namespace.ts'
export { NetworkNamespace } from './namespace/namespace.ts'
export {
  anonymousNamespace,
  createNamespace,
  currentNamespace,
  deleteNamespace,
  listNamespaces,
  openNamespace,
} from './namespace/named.ts'

export { Monitor } from './monitor/monitor.ts'
export type * from './monitor/types.ts'

export type { LinkVerbs } from './route/link.ts'
export type * from './route/link-types.ts'
export type * from './route/link-kind-options.ts'
export type { LinkStatistics } from './route/link-statistics.ts'
export type { LinkFlag, LinkType, OperState } from './route/link-flags.ts'
export type { AddressVerbs } from './route/address.ts'
export type * from './route/address-types.ts'
export type { RouteVerbs } from './route/route.ts'
export type * from './route/route-types.ts'
export { routeTables } from './route/route-types.ts'
export type { RuleVerbs } from './route/rule.ts'
export type * from './route/rule-types.ts'
export type { NeighborVerbs } from './route/neighbor.ts'
export type * from './route/neighbor-types.ts'
export type { NextHopVerbs } from './route/nexthop.ts'
export type * from './route/nexthop-types.ts'
export type { QdiscVerbs } from './route/qdisc.ts'
export type * from './route/qdisc-types.ts'
export type { FilterVerbs } from './route/filter.ts'
export type * from './route/filter-types.ts'
export type { TcHandle } from './route/tc-handle.ts'
export type { Family } from './route/families.ts'
export type { Scope } from './route/scopes.ts'

// Underneath: messages that have no verb here.
export type { SocketOptions } from './socket.ts'
export { RouteSocket } from './socket.ts'
export type { Body, Request } from './request.ts'
export { body } from './request.ts'
export * as codecs from './wire/codecs.ts'
export { AttributeDecoder } from './wire/decoder.ts'
export { Encoder } from './wire/encoder.ts'
export type { WireError } from './wire/error.ts'
export type { Message } from './wire/message.ts'
export { MessageReader } from './wire/message.ts'
export type { NestHeader } from './wire/nests.ts'
export { list, nested } from './wire/nests.ts'
export type { Attribute, AttributeCodec, AttributeNames, Attributes, Problem, Region } from './wire/table.ts'
export { AttributeTable } from './wire/table.ts'
