import type { SpeakerEvent, StateName } from '@skep/vrrp'
import { version } from '../../version.ts'
import type { DesiredRouter } from '../router.ts'

/** A virtual router as the announcer has it. */
export interface RouterReport {
  readonly id: number
  readonly device: string
  readonly family: 'ipv4' | 'ipv6'
  readonly state: StateName
  readonly priority: number
  readonly addresses: readonly string[]
  /** Those that this host answers for now. */
  readonly owned: readonly string[]
  /** Why, in one line. */
  readonly text: string
}

/** What the control plane says: one JSON object a line. */
export type ToAnnouncer =
  /** All that is wanted. */
  | { readonly type: 'desired'; readonly routers: readonly DesiredRouter[] }
  /** End. `handover`: another one goes on at once, so nobody is told. Understood by every release. */
  | { readonly type: 'stop'; readonly handover: boolean }

/** What the announcer says. */
export type FromAnnouncer =
  /** First on every connection. Its first three fields are understood by every release. */
  | {
      readonly type: 'hello'
      readonly release: string
      readonly pid: number
      readonly routers: readonly RouterReport[]
    }
  | { readonly type: 'event'; readonly router: string; readonly what: SpeakerEvent }

/** An announcer of another release is replaced. */
export const release: string = version

export function writeLine(message: ToAnnouncer | FromAnnouncer): string {
  return `${JSON.stringify(message)}\n`
}
