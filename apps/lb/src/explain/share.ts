import type { BackendHealthStatus } from '../status/status.ts'
import type { BackendState } from '../config/state.ts'

/** What is known about a backend when its share is explained. */
export interface ShareFacts {
  /** Declared; `undefined`: the configuration has no such backend, or cannot be read. */
  readonly weight: number | undefined
  readonly state: BackendState | undefined
  /** Whether any configuration could be read. */
  readonly isConfigKnown: boolean
  readonly health: BackendHealthStatus | undefined
  /** The check of its service is not believed. */
  readonly panic: boolean
  /** Packets to it carry an own address. */
  readonly needsSource: boolean
  readonly source: string | undefined
  /** It stays in the tables until its connections are over. */
  readonly draining: boolean
  readonly slots: number
  readonly ringSlots: number
  /** Of all backends that get connections, in a slow start only in part. */
  readonly totalWeight: number
}

/** Why a backend gets the new connections it gets, in one sentence. */
export function whyShare(facts: ShareFacts): string {
  const { slots, ringSlots } = facts
  const reason = refusal(facts)
  if (slots === 0) return reason ?? 'no slots: the tables are older than the configuration'
  const percent = `${((100 * slots) / ringSlots).toFixed(1)} % of the slots`
  if (lacksSource(facts)) return `${percent}, but there is no own address towards it: its packets are dropped`
  const trust =
    facts.panic && facts.health?.status === 'down' ? '; it is down, but too few are up to believe the check' : ''
  return `${weightOf(facts)}${percent}${trust}`
}

function lacksSource({ needsSource, source }: ShareFacts): boolean {
  return needsSource && source === undefined
}

function refusal(facts: ShareFacts): string | undefined {
  const { weight, state, isConfigKnown, health, draining } = facts
  if (draining) return 'no longer a backend: it stays until the connections it has are over'
  if (isConfigKnown && weight === undefined) return 'no longer in the configuration: it keeps the connections it has'
  if (state !== undefined && state !== 'active') return states[state]
  if (weight === 0) return 'weight 0: no new connections, those it has live on'
  if (health !== undefined && !health.usable) return `no new connections: ${health.text}`
  return lacksSource(facts) ? 'no own address towards it: see its route' : undefined
}

const states: Readonly<Record<Exclude<BackendState, 'active'>, string>> = {
  terminating: 'terminating: it is used only if no active backend is left',
  quarantined: 'quarantined: no new connections, those it has live on',
  maintenance: 'in maintenance, or drained: no new connections, those it has live on',
}

function weightOf({ weight, health, totalWeight }: ShareFacts): string {
  if (weight === undefined) return ''
  const part = health?.share ?? 1
  const slow = part < 1 ? ` (${Math.round(100 * part)} % of it, in a slow start)` : ''
  return `weight ${weight}${slow} of ${Number(totalWeight.toFixed(1))}: `
}
