import type { Discovery } from '../discovery/discovery.ts'
import type { Rib } from '../rib/rib.ts'
import type { Labels } from '../rib/selector.ts'
import type { Connection } from './connection.ts'
import type { Local } from './peer-config.ts'
import type { SpeakerEvent } from './status.ts'
import type { Timers } from './timers.ts'
import type { Transport } from './transport.ts'

/** Whether all routes are about to go, or which peers are: by their names. */
export type Draining = boolean | ReadonlySet<string>

/** What all peers of a speaker share. */
export interface Surroundings {
  readonly local: Local
  readonly rib: Rib
  readonly transport: Transport
  readonly discovery: Discovery
  readonly timers: Timers
  readonly random: () => number
  /** What is decided for all peers at once, and changes. */
  readonly shared: { readonly nodeLabels: Labels; readonly draining: Draining; readonly complete: boolean }
  /** Those that are not closed yet, also of peers that are gone. */
  readonly connections: Set<Connection>
  tell(event: SpeakerEvent): void
}
