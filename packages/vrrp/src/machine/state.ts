import type { Advertisement } from '../wire/advertisement.ts'

export type StateName = 'initialize' | 'backup' | 'active'

/** Who was heard last. */
export interface Heard {
  readonly from: string
  readonly priority: number
  readonly at: number
}

/** A virtual router's state. Times are those of one monotonic clock, in ms. */
export interface RouterState {
  readonly name: StateName
  readonly since: number
  /** Why it came into this state, in words. */
  readonly why: string
  /** Of the active router, in hundredths of a second: what it last said, else our own. */
  readonly activeInterval: number
  readonly heard?: Heard | undefined
  /** Backup: when the active router counts as dead. */
  readonly downAt?: number | undefined
  /** Backup: since when the active router is one of lower priority. */
  readonly lowerSince?: number | undefined
  /** Active: when the next advertisement is due. */
  readonly advertiseAt?: number | undefined
  /** Active: when the addresses are announced once more. */
  readonly announceAt?: number | undefined
  /** Active: whether the announcement that is due is a refresh. */
  readonly refreshing?: boolean | undefined
}

/** What happens to a virtual router. */
export type RouterEvent =
  /** It may take part. `resume`: it was active a moment ago, and nobody can have taken over since. */
  | { readonly event: 'start'; readonly resume?: boolean | undefined }
  /** It must not take part any more; `why` in words. `silent`: it cannot send either. */
  | { readonly event: 'stop'; readonly why: string; readonly silent?: boolean | undefined }
  | { readonly event: 'heard'; readonly from: string; readonly advertisement: Advertisement }
  /** Its configuration is another one. */
  | { readonly event: 'configured' }
  /** Time has passed. */
  | { readonly event: 'tick' }

/** What is to be done, in this order. */
export type RouterAction =
  | { readonly do: 'advertise'; readonly priority: number }
  /** Gratuitous ARP or unsolicited neighbour advertisements for all addresses, so many each. */
  | { readonly do: 'announce'; readonly times: number }

/** What came of an event. */
export interface Stepped {
  readonly state: RouterState
  readonly actions: readonly RouterAction[]
}
