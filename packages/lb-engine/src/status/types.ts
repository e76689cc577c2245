import type { Phase } from '@skep/neighbor'
import type { VerdictAction, VerdictName } from '@skep/datapath'
import type { DeviceMode } from '../devices/plan.ts'

export interface NextHopStatus {
  readonly address: string
  readonly device: string
  /** Its link-layer address; `null`: it does not answer. */
  readonly mac: string | null
  readonly state: Phase
  /** ISO 8601: in this state, with this address. */
  readonly since: string
  /** The kernel's own word for its state, as `ip neigh` has it. */
  readonly kernel: string
  /** The kernel keeps it resolved by itself (Linux 5.16). */
  readonly managed: boolean
  /** How many backends, and ways to clients, lead by it; `null`: not noted yet. */
  readonly users: number | null
  /** How often it stopped answering, and came with another MAC address. */
  readonly failures: number
  readonly moves: number
  /** All of it in words. */
  readonly text: string
}

export interface ProgramStatus {
  readonly id: number
  readonly tag: string
  /** Only counted while somebody has BPF statistics switched on (`sysctl kernel.bpf_stats_enabled`). */
  readonly runs: number
  readonly runTimeNs: number
  readonly nsPerPacket: number | null
}

export interface DeviceStatus {
  readonly name: string
  readonly mode: DeviceMode
  /** Why it is not native where native was asked for. */
  readonly reason?: string
  /** False: the device has gone. */
  readonly attached: boolean
}

export interface VerdictStatus {
  readonly verdict: VerdictName
  readonly action: VerdictAction
  readonly description: string
  readonly packets: number
  readonly bytes: number
}

/** How full a bounded table is. */
export interface GaugeStatus {
  readonly name: string
  readonly used: number
  readonly size: number
  readonly percent: number
  /** From 80 % on. */
  readonly warning: boolean
  /** The setting to raise. */
  readonly setting: string
}
