import { backendKey, type BackendHealth, type ServiceHealth } from '@skep/lb-health'
import type { Backend, Config } from '../config/config.ts'
import { family } from '../config/family.ts'
import { checkName } from './checks.ts'

/** A slow start's shares are tenths. The ring follows from the ratio of the weights, so that this changes nothing else. */
const SCALE = 10

/**
 * The configuration with the weights that health leaves: 0 for a backend that gets no new connections, less than its
 * own in a slow start (all weights of such a service are ten times as large). What nothing is known of stays as it is.
 * States decide first who is used at all.
 */
export function weigh(config: Config, decisions: readonly ServiceHealth[]): Config {
  const found = new Map(decisions.map((decision) => [decision.service, decision]))
  const services = config.services.map((service) => {
    const known = ([4, 6] as const).flatMap((v) => found.get(checkName(service.name, v)) ?? [])
    if (known.length === 0 && service.backends.every(({ state }) => state === 'active')) return service
    const health = new Map(known.flatMap(({ backends }) => backends.map((one) => [backendKey(one), one])))
    return { ...service, backends: ([4, 6] as const).flatMap((v) => weighted(ofFamily(service.backends, v), health)) }
  })
  return { ...config, services }
}

function ofFamily(backends: readonly Backend[], v: 4 | 6): Backend[] {
  return backends.filter(({ address }) => family(address) === v)
}

type Known = ReadonlyMap<string, BackendHealth>

function weighted(backends: readonly Backend[], known: Known): Backend[] {
  const used = new Set(inUse(backends, known))
  const shareOf = (backend: Backend) => (used.has(backend) ? (known.get(backendKey(backend))?.share ?? 1) : 0)
  const scale = backends.some((backend) => ![0, 1].includes(shareOf(backend))) ? SCALE : 1
  return backends.map((backend) => {
    const health = known.get(backendKey(backend))
    return {
      ...backend,
      weight: Math.round(backend.weight * shareOf(backend) * scale),
      ...(health && { checked: health.status }),
      ...(hasFailed(health) && backend.fate === undefined ? { fate: 'failed' } : {}),
    }
  })
}

/** One that is down, but used because too few are up, has not. */
function hasFailed(health: BackendHealth | undefined): boolean {
  return health?.status === 'down' && !health.usable
}

/** Those that are terminating, but still serve, are used only where no active backend is left (Kubernetes' KEP-1669). */
function inUse(backends: readonly Backend[], known: Known): Backend[] {
  const serves = (backend: Backend) => {
    const { usable = true, status } = known.get(backendKey(backend)) ?? {}
    return backend.weight > 0 && usable && status !== 'down'
  }
  const active = backends.filter(({ state }) => state === 'active')
  const terminating = backends.filter((backend) => backend.state === 'terminating' && serves(backend))
  return terminating.length === 0 || active.some(serves) ? active : terminating
}
