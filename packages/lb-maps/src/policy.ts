import { ServiceFlag } from '@skep/datapath/lb-xdp'
import { type Family, PHASE, PROTOCOL_UDP, RECORD_LINE_WORDS } from './layout.ts'
import { compileRanges, type RangeList } from './ranges.ts'
import { limitWord } from './rate-limit.ts'
import { rulesOf } from './service-rules.ts'
import type { Service } from './service.ts'

/** What a service asks for beside its backends, for one protocol. */
export interface Policy {
  /** Of struct service. */
  readonly flags: number
  /** In record units. */
  readonly recordIdle: number
  readonly idleSeconds: number
  /** How long a slot stays in MOVE. */
  readonly moveSeconds: number
  /** Where a slot's move begins: packets that cannot tell new from old begin with HARVEST. */
  readonly firstPhase: number
  /** Do the connections of a backend that failed go to others at once? */
  readonly abandonsFailed: boolean
  /** Lines of records that it asks for when it needs some. */
  readonly recordLines: number
  readonly declaresRecords: boolean
  /** Left out: everybody is admitted. */
  readonly ranges?: RangeList
  /** `limit` of struct service. */
  readonly limit: bigint
}

export const defaultDrainSeconds = 30
const DEFAULT_IDLE = { TCP: 900, UDP: 300 } as const
const LINES_PER_BACKEND = 64

/** `unit`: seconds of a record unit. */
export function policyOf(service: Service, protocol: number, family: Family, unit: number): Policy {
  const { algorithm, sessionAffinity, drainSeconds = defaultDrainSeconds, onFailure, backends } = service
  const isUdp = protocol === PROTOCOL_UDP
  const isQuic = isUdp && service.quic === true
  const idleSeconds = sessionAffinity?.timeoutSeconds ?? service.idleSeconds ?? DEFAULT_IDLE[isUdp ? 'UDP' : 'TCP']
  const tellsNew = (!isUdp || isQuic) && !sessionAffinity
  return {
    flags:
      rulesOf(service).flag |
      (algorithm === 'random' ? ServiceFlag.SERVICE_RANDOM : 0) |
      (sessionAffinity ? ServiceFlag.SERVICE_AFFINITY : 0) |
      (isQuic ? ServiceFlag.SERVICE_QUIC : 0),
    recordIdle: Math.ceil(idleSeconds / unit),
    idleSeconds,
    moveSeconds: drainSeconds,
    firstPhase: tellsNew ? PHASE.move : PHASE.harvest,
    abandonsFailed: (isUdp && !isQuic) || onFailure === 'reset',
    recordLines: service.records
      ? service.records / RECORD_LINE_WORDS
      : LINES_PER_BACKEND * Math.max(1, backends.length),
    declaresRecords: service.records !== undefined,
    ...(service.sourceRanges ? { ranges: compileRanges(service.sourceRanges, family) } : {}),
    limit: limitWord(service.rateLimit, family),
  }
}
