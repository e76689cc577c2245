export type {
  Bytes,
  GrpcCheck,
  HealthCheck,
  HttpCheck,
  HttpsCheck,
  Kind,
  Policy,
  ProbeSpec,
  ScriptCheck,
  TcpCheck,
  TlsCheck,
  TlsOptions,
  UdpCheck,
} from './check/check.ts'
export { kinds, probeOf } from './check/check.ts'
export type { DesiredBackend, DesiredService, Sources, Via } from './check/desired.ts'
export { backendKey, desiredSchema, desiredServiceSchema } from './check/desired.ts'
export { healthCheckSchema } from './check/schema.ts'
export type { CheckerOptions } from './checker.ts'
export { HealthChecker } from './checker.ts'
export type { Clock } from './clock.ts'
export { hostClock } from './clock.ts'
export type { HealthErrorCode } from './error.ts'
export { HealthError } from './error.ts'
export { explainHealth } from './explain.ts'
export { explainPassive } from './passive/explain.ts'
export type { Accused } from './passive/judge.ts'
export { judge, nextReturn } from './passive/judge.ts'
export { observe } from './passive/observe.ts'
export type { PassivePolicy } from './passive/policy.ts'
export { passivePolicySchema } from './passive/policy.ts'
export type { Ejection, Observation, PassiveState } from './passive/state.ts'
export { unseen } from './passive/state.ts'
export type { HealthEvent, HealthProcess, HealthProcessOptions } from './process/client.ts'
export { startHealthProcess } from './process/client.ts'
export type { WatchOptions } from './process/watch.ts'
export { HealthWatch, stopHealthProcess } from './process/watch.ts'
export { scriptUser } from './probe/run-as.ts'
export type { HealthRecord } from './record.ts'
export type { SchedulerStats } from './schedule/scheduler.ts'
export { advance } from './state/advance.ts'
export type { BackendHealth, ServiceHealth, StateOf } from './state/decide.ts'
export { decide } from './state/decide.ts'
export type { BackendState, LastResult, Outcome } from './state/state.ts'
