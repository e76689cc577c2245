export { type Actual, hasLeftovers, type Leftovers } from './actual.ts'
export { advance } from './advance.ts'
export { apply } from './apply.ts'
export { BlockPool, orderFor } from './blocks.ts'
export { capacity, EARLY_WARNING_PERCENT, type Gauge } from './capacity.ts'
export { type Carried, carryConnections, type CarryOptions } from './carry/carry-connections.ts'
export { carryKeys } from './carry/carry-keys.ts'
export { carryRecords } from './carry/carry-records.ts'
export type { NatFacts } from './carry/nat-hash.ts'
export { natTables, type NatTables } from './carry/nat-tables.ts'
export type { ServiceChange } from './changes.ts'
export { type Clock, type ClockReading, datapathClock, type Now, recordUnitSeconds, systemClock } from './clock.ts'
export type { PlanProblem } from './draft.ts'
export { LbMapsError, type LbMapsErrorCode, type Problem } from './error.ts'
export { explainFlow, type FlowExplanation } from './explain-flow.ts'
export { explainPlan } from './explain-plan.ts'
export { type Flow } from './flow-key.ts'
export { type Share, shares } from './shares.ts'
export { type HashKey, hashWords, Mixer } from './hash.ts'
export { openMaps, type OpenMaps } from './open-maps.ts'
export {
  type LbMaps,
  type MapHooks,
  memoryMaps,
  type Table,
  type TableName,
  tableNames,
  tableOver,
  type TableSizes,
} from './maps.ts'
export { fillRing } from './maglev.ts'
export { type Mode, modes, type ModeRules } from './modes.ts'
export { plan, type Plan } from './plan.ts'
export { readActual } from './read-actual.ts'
export {
  type MemberRecord,
  readMember,
  readMembers,
  readService,
  readServices,
  readSource,
  readSources,
  type RingMember,
  type ServiceRecord,
} from './reader.ts'
export { rangeTrouble, type SourceRanges } from './ranges.ts'
export { countedPrefixes, mostBurst, RATE_MAX, type RateLimit, type RateRecord, rateTime } from './rate-limit.ts'
export { type ReconcileOptions, ServiceMaps } from './reconcile.ts'
export { ringSizeFor } from './ring-size.ts'
export { type Capacities, defaultCapacities, sizeMaps, type Sizing } from './sizing.ts'
export {
  type Backend,
  type BackendState,
  type Desired,
  formatEndpoint,
  formatFrontend,
  type Frontend,
  type ProgramFacts,
  type Protocol,
  type Service,
} from './service.ts'
export type { Step } from './steps.ts'
export { checkDesired } from './wanted.ts'
