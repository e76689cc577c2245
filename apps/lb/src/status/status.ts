import type { Mode } from '@skep/lb-maps'
import type { AnnounceStatus } from '../announce/report.ts'
import type {
  ConnectionCounts,
  DeviceStatus,
  GaugeStatus,
  KernelStatus,
  NextHopStatus,
  Owner,
  ProgramStatus,
  VerdictStatus,
} from '@skep/lb-engine'

/** An instance as it is in the kernel, whether or not a process runs it. Counters count since it was installed. */
export interface Status {
  readonly instance: string
  /** Nobody ever ran it: `null`. */
  readonly process: Owner | null
  readonly program: ProgramStatus | null
  readonly devices: readonly DeviceStatus[]
  readonly services: readonly ServiceStatus[]
  /** No backend is checked: `null`. */
  readonly health: HealthStatus | null
  /** Nothing is announced: `null`. */
  readonly announce: AnnounceStatus | null
  /** Backends that are out because their connections fail, or would be if more might be out. */
  readonly ejections: readonly EjectionStatus[]
  readonly verdicts: readonly VerdictStatus[]
  /** Not installed, or killed before its first start was over: `null`. */
  readonly connections: ConnectionCounts | null
  readonly gauges: readonly GaugeStatus[]
  /** The load balancer's own addresses towards backends. */
  readonly sources: readonly string[]
  /** Towards backends, and the gateways towards clients: the neighbours that are kept resolved. */
  readonly nextHops: readonly NextHopStatus[]
  readonly kernel: KernelStatus
}

/** Whom a frontend admits. */
export interface Admission {
  /** Stretches of client addresses; `null`: everybody. */
  readonly ranges: number | null
  /** How often clients may open connections: `100/s, 200 at once, per /32`; `null`: as they like. */
  readonly rateLimit: string | null
}

export interface ServiceStatus extends Admission {
  readonly id: number
  /** The name in the configuration, where that can be read. */
  readonly name?: string
  /** `192.0.2.10:80/TCP` */
  readonly frontend: string
  /** How packets reach its backends. */
  readonly mode: Mode
  readonly algorithm: 'maglev' | 'random'
  /** All of a client's connections go to one backend. */
  readonly affinity: boolean
  readonly slots: number
  /** Slots that change hands. */
  readonly moving: number
  /** Flows that it can remember at present. */
  readonly records: number
  readonly packets: number
  readonly bytes: number
  readonly members: readonly MemberStatus[]
}

export interface MemberStatus {
  readonly id: number
  /** `10.1.0.11:8080` */
  readonly backend: string
  /** The own address that packets to it carry; `none`: they carry the client's. */
  readonly source: string
  /** It is no backend any more, and stays until its connections are over. */
  readonly draining: boolean
  /** Its flows that are recorded. */
  readonly flows: number
  readonly slots: number
  /** Of the ring, 0 to 1. */
  readonly share: number
  /** Sent to it. */
  readonly packets: number
  readonly bytes: number
}

export interface HealthStatus {
  /** Of the process that checks; `null`: none runs, and weights stay as they were set last. */
  readonly pid: number | null
  readonly services: readonly ServiceHealthStatus[]
}

/** A service's backends of one family. */
export interface ServiceHealthStatus {
  /** `web/ipv4` */
  readonly name: string
  readonly frontends: readonly string[]
  /** Too few are up: all are used. */
  readonly panic: boolean
  readonly up: number
  /** All but those of weight 0. */
  readonly counted: number
  /** The same in words. */
  readonly text: string
  readonly backends: readonly BackendHealthStatus[]
}

export interface BackendHealthStatus {
  /** `10.1.0.11:8080` */
  readonly backend: string
  readonly status: 'unknown' | 'up' | 'down'
  /** Whether new connections may go to it. */
  readonly usable: boolean
  /** Of its weight, 0 to 1. */
  readonly share: number
  /** ISO 8601; `null` before it is checked. */
  readonly since: string | null
  readonly last: { readonly result: 'pass' | 'fail' | 'none'; readonly reason: string; readonly at: string } | null
  /** All of it in words. */
  readonly text: string
}

export interface EjectionStatus {
  /** `web/ipv4` */
  readonly service: string
  /** `10.1.0.11:8080` */
  readonly backend: string
  /** False: it has grounds, but too many are out. */
  readonly isEjected: boolean
  /** ISO 8601: when it is used again. */
  readonly until: string | null
  /** All of it in words. */
  readonly text: string
}
