export type { BfdPeer, BfdSource } from './bfd.ts'
export { bfdSessionOf, BfdTie } from './bfd.ts'
export type { BgpErrorCode } from './error.ts'
export { BgpError } from './error.ts'

export type { Discovery, DiscoveryEvents, Neighbor } from './discovery/discovery.ts'
export type { RouterDiscoveryOptions } from './discovery/router-discovery.ts'
export { routerDiscovery } from './discovery/router-discovery.ts'
export type { ReceivedRoute } from './import/adj-in.ts'

export type { AggregationLength } from './rib/aggregate.ts'
export { aggregate } from './rib/aggregate.ts'
export { Rib } from './rib/rib.ts'
export type { Announcement, Route, RouteAttributes, Scope, Withdrawal } from './rib/route.ts'
export { draining } from './rib/route.ts'
export type { Labels, Operator, Requirement, Selector } from './rib/selector.ts'
export { matches, matchesAny } from './rib/selector.ts'

export type { StateName } from './session/state.ts'

export type { ExplainedRoute, Verdict } from './speaker/explain.ts'
export type { PeerBfd, PeerConfig } from './speaker/peer-config.ts'
export type { Listening, SpeakerOptions, StopOptions } from './speaker/options.ts'
export { Speaker } from './speaker/speaker.ts'
export type { Agreed, LastError, PathStatus, PeerStatus, SpeakerEvent } from './speaker/status.ts'
export { tcpTransport } from './speaker/tcp-transport.ts'
export type { Timers } from './speaker/timers.ts'
export { hostTimers } from './speaker/timers.ts'
export type { Hops, Incoming, Link, Listener, Target, Transport } from './speaker/transport.ts'

export type { Aggregator } from './wire/attributes/aggregation.ts'
export type { AsPath, Segment, SegmentKind } from './wire/attributes/as-path.ts'
export { formatPath } from './wire/attributes/as-path.ts'
export type { PathAttributes, UnknownAttribute } from './wire/attributes/attributes.ts'
export type { LargeCommunity } from './wire/attributes/communities.ts'
export type { NextHop, Reach } from './wire/attributes/multiprotocol.ts'
export type { Origin } from './wire/attributes/origin.ts'
export {
  formatCommunity,
  formatExtendedCommunity,
  formatLargeCommunity,
  namedCommunities,
  parseCommunity,
  parseExtendedCommunity,
  parseLargeCommunity,
} from './wire/community-text.ts'
export type { Message } from './wire/decode.ts'
export { decodeMessage } from './wire/decode.ts'
export type { ErrorCode, Handling, WireErrorCode } from './wire/error.ts'
export { WireError } from './wire/error.ts'
export type { Family } from './wire/family.ts'
export { Framer } from './wire/framer.ts'
export { formatNotification } from './wire/notification.ts'

export { loadBgpConfig, parseBgpConfig } from './config/load.ts'
export type { AddressPool, AddressRange, Advertisement, BgpConfig, ConfiguredPeer } from './config/model.ts'
export { community, localPref, med } from './config/fields.ts'
export type { WrittenPeer, WrittenSpeaker } from './config/peer-fields.ts'
export { bfdFields, peerFields, speakerFields } from './config/peer-fields.ts'
export type { PeerProblem } from './config/peer-rules.ts'
export { peerProblems, placeOf } from './config/peer-rules.ts'
export type { Allocation, Claim, Sharing } from './pool/allocate.ts'
export { allocate } from './pool/allocate.ts'
export { applyBgpConfig, peersOf } from './config/apply.ts'
export type { ConfigDiff, PeerChange, RouteChange } from './config/diff.ts'
export { diffBgpConfig, formatDiff } from './config/diff.ts'
export { formatAttributes, formatScope } from './rib/format.ts'
export type { Metric } from './speaker/metrics.ts'
export { bgpMetrics } from './speaker/metrics.ts'
