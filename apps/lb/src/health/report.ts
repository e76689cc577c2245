import {
  backendKey,
  decide,
  explainHealth,
  explainPassive,
  type Clock,
  type HealthRecord,
  hostClock,
  HealthWatch,
} from '@skep/lb-health'
import type { InstancePaths } from '../instance/paths.ts'
import type { BackendHealthStatus, EjectionStatus, HealthStatus, ServiceHealthStatus } from '../status/status.ts'
import type { Check } from './checks.ts'
import { type Judged, notable } from './ejections.ts'
import { readJudged } from './passive.ts'
import { readChecks } from './record.ts'

/** The health of all backends that are checked; `null` where none is. No `run` is needed. */
export async function readHealth(paths: InstancePaths): Promise<HealthStatus | null> {
  const checks = readChecks(paths.checks)
  if (checks.length === 0) return null
  using watch = await HealthWatch.open({ socket: paths.health })
  return healthStatus(checks, watch && { pid: watch.pid, records: watch.records() }, hostClock)
}

/** What a health process says of itself. */
export interface Told {
  readonly pid: number
  readonly records: readonly HealthRecord[]
}

/** Pure: what is checked, and what the process knows of it. */
export function healthStatus(checks: readonly Check[], told: Told | undefined, clock: Clock): HealthStatus {
  const records = new Map(told?.records.map((one) => [`${one.service} ${backendKey(one)}`, one]))
  return { pid: told?.pid ?? null, services: told ? checks.map((check) => describe(check, records, clock)) : [] }
}

function describe(check: Check, records: ReadonlyMap<string, HealthRecord>, clock: Clock): ServiceHealthStatus {
  const stateOf = (key: string) => records.get(`${check.name} ${key}`)?.state
  const now = clock.now()
  const iso = (at: number) => new Date(clock.wall() - now + at).toISOString()
  const { backends, panic, up, counted } = decide(check, stateOf, now)
  const [text = '', ...texts] = explainHealth(check, stateOf, clock)
  const described = backends.map((backend, i): BackendHealthStatus => {
    const state = stateOf(backendKey(backend))
    const { status, usable, share } = backend
    return {
      backend: backendKey(backend),
      status,
      usable,
      share,
      since: state ? iso(state.since) : null,
      last: state?.last ? { result: state.last.result, reason: state.last.reason, at: iso(state.last.at) } : null,
      text: texts[i] ?? '',
    }
  })
  return { name: check.name, frontends: check.frontends, panic, up, counted, text, backends: described }
}

/** Who is out because connections fail, as `run` noted it last. */
export function readEjections(paths: InstancePaths): EjectionStatus[] {
  return ejectionStatus(readJudged(paths.ejections), hostClock)
}

/** Pure: from what is known of those that are judged. */
export function ejectionStatus(judged: readonly Judged[], clock: Clock): EjectionStatus[] {
  const iso = (at: number) => new Date(clock.wall() - clock.now() + at).toISOString()
  return judged.flatMap((one) =>
    notable(one).map(({ backend, state }) => ({
      service: one.name,
      backend,
      isEjected: state.ejection !== undefined,
      until: state.ejection ? iso(state.ejection.until) : null,
      text: explainPassive(backend, state, one.policy, clock),
    })),
  )
}
