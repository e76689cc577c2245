export type { TestbedErrorCode } from './error.ts'
export { TestbedError } from './error.ts'
export type { Lifetime } from './lifetimes.ts'
export { undoAtExit } from './lifetimes.ts'
export { ownName } from './own-name.ts'
export { untilLine } from './process/until-line.ts'
export type { ReadmeSnippet, SnippetOutput } from './readme-snippets.ts'
export { readmeSnippets, runSnippet } from './readme-snippets.ts'
export { TestCgroup, testCgroup } from './cgroup/cgroup.ts'
export type { Place } from './thread/place.ts'
export { here } from './thread/place.ts'

export type { Net } from './topology/topology.ts'
export { Topology, topology } from './topology/topology.ts'
export { Host } from './topology/host.ts'
export type * from './topology/spec.ts'
export type { DeviceModel, HostModel } from './topology/model.ts'

export type { ServerKind, ServerOptions, ServerStats } from './servers/options.ts'
export { EchoServer, httpServer, tcpEcho, udpEcho } from './servers/server.ts'

export type { EchoTraffic, HttpTraffic, Pace, TrafficOptions } from './traffic/options.ts'
export type { Latency, TrafficFailure, TrafficProgress, TrafficReport } from './traffic/report.ts'
export type { TrafficHooks } from './traffic/traffic.ts'
export { startTraffic, Traffic, traffic } from './traffic/traffic.ts'

export type { BrokenConnection, HeldReport, HoldOptions } from './held/options.ts'
export { HeldConnections, holdConnections } from './held/held.ts'

export type { CapturedPacket, CaptureOptions } from './capture/capture.ts'
export { Capture } from './capture/capture.ts'

export type { Actions, GoldenProgram, GoldenRow, TcAction, XdpAction } from './golden/row.ts'
export { tcActions, xdpActions } from './golden/row.ts'
export { runGoldenRow } from './golden/run.ts'
export { goldenTable } from './golden/table.ts'

export type { Leak, LeakKind } from './leaks/inventory.ts'
export { leaksSince, noLeaks } from './leaks/leaks.ts'

export { bpftoolPath } from './needs/bpftool.ts'
export type { TestGlobals } from './needs/globals.ts'
export type { Need } from './needs/needs.ts'
export { needing, needs } from './needs/needs.ts'
