import {
  type Accused,
  backendKey,
  type Clock,
  explainPassive,
  judge,
  observe,
  type Observation,
  type PassivePolicy,
  type PassiveState,
  type ServiceHealth,
  unseen,
} from '@skep/lb-health'
import type { Backend, Config } from '../config/config.ts'
import { family } from '../config/family.ts'
import { checkName } from './checks.ts'

/** A service's backends of one family that are judged by their connections, and what is known of them. */
export interface Judged {
  /** `web/ipv4` */
  readonly name: string
  readonly policy: PassivePolicy
  /** Those that get new connections at all. */
  readonly backends: readonly { readonly backend: string; readonly state: PassiveState }[]
}

/** Who is judged by a configuration, with what is known of them already. */
export function judgedBy(config: Config, known: readonly Judged[], now: number): Judged[] {
  const states = new Map(
    known.flatMap(({ name, backends }) => backends.map((one) => [`${name} ${one.backend}`, one.state])),
  )
  return config.services.flatMap(({ name, passiveHealthCheck: policy, backends }) =>
    ([4, 6] as const).flatMap((v): Judged[] => {
      const scope = checkName(name, v)
      const own = backends.filter((one) => family(one.address) === v && mayServe(one)).map(backendKey)
      if (policy === undefined || own.length === 0) return []
      const judged = own.map((backend) => ({ backend, state: states.get(`${scope} ${backend}`) ?? unseen(now) }))
      return [{ name: scope, policy, backends: judged }]
    }),
  )
}

function mayServe({ weight, state }: Backend): boolean {
  return weight > 0 && state === 'active'
}

/** After a look at their connections. `isDown`: whether its active check has taken a backend out. Pure. */
export function judgeAgain(
  { name, policy, backends }: Judged,
  seen: (backend: string) => Observation | undefined,
  isDown: (backend: string) => boolean,
  now: number,
): Judged {
  const accused = backends.map(({ backend, state }): Accused => {
    const looked = observe(state, seen(backend) ?? nothing, policy, now)
    return { key: backend, state: looked, isDown: isDown(backend) }
  })
  const states = judge(accused, policy, now)
  return { name, policy, backends: backends.map(({ backend }) => ({ backend, state: states.get(backend)! })) }
}

const nothing: Observation = { answered: 0, refused: 0, unanswered: 0 }

/** What an operator is told: who is out, and who would be. */
export function notable({ backends }: Judged): Judged['backends'] {
  return backends.filter(({ state }) => state.ejection !== undefined || state.spared !== undefined)
}

/** Each in a line. */
export function explainJudged(judged: Judged, clock: Clock): string[] {
  return notable(judged).map(({ backend, state }) => explainPassive(backend, state, judged.policy, clock))
}

/**
 * What health decided, with those that are ejected left out as well. A service or family that nobody would be left of
 * stays as it was: an ejection is a guess about one among others.
 */
export function withEjections(decisions: readonly ServiceHealth[], judged: readonly Judged[]): ServiceHealth[] {
  const found = new Map(decisions.map((decision) => [decision.service, decision]))
  for (const { name, backends } of judged) {
    const out = new Set(backends.filter(({ state }) => state.ejection !== undefined).map(({ backend }) => backend))
    const decision =
      found.get(name) ??
      undecided(
        name,
        backends.map(({ backend }) => backend),
      )
    const left = decision.backends.map((one) => (out.has(backendKey(one)) ? { ...one, usable: false, share: 0 } : one))
    const serving = new Set(backends.map(({ backend }) => backend))
    if (out.size > 0 && left.some((one) => one.usable && serving.has(backendKey(one))))
      found.set(name, { ...decision, backends: left })
  }
  return [...found.values()]
}

/** Backends that no active check has an opinion of. */
function undecided(service: string, backends: readonly string[]): ServiceHealth {
  return {
    service,
    panic: false,
    up: backends.length,
    counted: backends.length,
    backends: backends.map((backend) => {
      const at = backend.lastIndexOf(':')
      const address = backend.slice(0, at).replaceAll(/[[\]]/g, '')
      return {
        address,
        port: Number(backend.slice(at + 1)),
        status: 'unknown',
        usable: true,
        share: 1,
        connections: 'keep',
      }
    }),
  }
}
