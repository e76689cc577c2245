export { IdPool, MOST_IDS, type TakenId } from './backends/ids.ts'
export type { BackendChanges } from './backends/table.ts'
export { capacity, EARLY_WARNING_PERCENT, type Gauge, type Rooms } from './capacity.ts'
export { computeServices, type Computed } from './compute.ts'
export { backendKey } from './backends/draft.ts'
export type { Compiled, Draining, HealthCheck } from './compile/draft.ts'
export { type Claim, compareClaims } from './conflicts/claims.ts'
export {
  type Deviation,
  forLoadBalancer,
  type ForLoadBalancer,
  type LoadBalancerFacts,
} from './datapath/load-balancer.ts'
export { forSockets, type ForSockets } from './datapath/sockets.ts'
export type { Drain } from './drain/log.ts'
export { type DrainEvent, drainEvents, type DrainProgress, drainProgress, lettingGo } from './drain/progress.ts'
export type { TrafficPolicy } from './endpoints/choose.ts'
export { type Fate, type Rule, rules } from './endpoints/verdict.ts'
export {
  explain,
  type ExplainedEndpoint,
  type ExplainedFrontend,
  type Explanation,
  formatExplanation,
} from './explain.ts'
export { HealthCheckServer, type HealthCheckFailure, type HealthCheckOptions } from './health/check-server.ts'
export { ProxyHealth, type ProxyHealthAnswer } from './health/proxy-health.ts'
export { ProxyHealthServer, type ProxyHealthServerOptions } from './health/proxy-server.ts'
export type { Backend, BackendState, Member } from './model/backend.ts'
export type { Frontend, FrontendKind, Protocol, Scope, SourceRanges } from './model/frontend.ts'
export type { ServicesOptions } from './options.ts'
export { type Notice, noticesOf } from './notices.ts'
export { plan, type State, type Step, steps } from './plan.ts'
export type { Problem } from './settings/problem.ts'
export { formatAddressPort, frontendKey } from './table/claims-of.ts'
export type { Source } from './table/inputs.ts'
export { type Changes, ServiceTable, type TableState } from './table/table.ts'
