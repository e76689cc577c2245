import type { BackendState } from './state/state.ts'

/** What is known of one backend of one service. */
export interface HealthRecord {
  readonly service: string
  readonly address: string
  readonly port: number
  readonly state: BackendState
}

/** States by service and backend. */
export type States = Map<string, Map<string, BackendState>>
