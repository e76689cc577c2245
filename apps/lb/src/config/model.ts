import type { EngineModel } from '@skep/lb-engine'
import type { Backend, Service } from '@skep/lb-maps'
import type { Config } from './config.ts'
import { wayOf, type Way } from './modes.ts'
import { family } from './family.ts'
import { servingFamily } from './serving.ts'

type ConfigService = Config['services'][number]

const modes = { snat: 'snat', ipip: 'dsr-ipip', l2: 'dsr-l2', opt: 'dsr-option' } as const satisfies Record<
  Way,
  Service['mode']
>

/** The configuration as the engine takes it. */
export function engineModel(config: Config): EngineModel {
  return { ...config, services: servicesOf(config) }
}

/** The services as the datapath has them: one family of frontends each. */
export function servicesOf(config: Config): Service[] {
  return config.services.flatMap((service) => ([4, 6] as const).flatMap((v) => ofFamily(config, service, v)))
}

function ofFamily(config: Config, service: ConfigService, v: 4 | 6): Service[] {
  const frontends = service.frontends.filter(({ address }) => family(address) === v)
  if (frontends.length === 0) return []
  const { name, algorithm, sessionAffinity, quic, ringSize, records, idleSeconds, healthCheck } = service
  const { sourceRanges, rateLimit } = service
  const way = wayOf(config, service)
  return [
    {
      name,
      algorithm,
      mode: modes[way],
      frontends,
      backends: served(service, way, v),
      ...(sessionAffinity ? { sessionAffinity: sessionAffinity.clientIP } : {}),
      ...(quic && frontends.some(({ protocol }) => protocol === 'UDP') ? { quic } : {}),
      ...(ringSize === undefined ? {} : { ringSize }),
      ...(records === undefined ? {} : { records }),
      ...(idleSeconds === undefined ? {} : { idleSeconds }),
      ...(sourceRanges ? { sourceRanges } : {}),
      ...(rateLimit ? { rateLimit } : {}),
      ...(healthCheck ? { onFailure: healthCheck.onFailure } : {}),
    },
  ]
}

function timesOf({ addedAt, drainingSince }: ConfigBackend): Pick<Backend, 'addedAt' | 'drainingSince'> {
  if (addedAt === undefined && drainingSince === undefined) return {}
  return {
    ...(addedAt === undefined ? {} : { addedAt: Date.parse(addedAt) / 1000 }),
    ...(drainingSince === undefined ? {} : { drainingSince: Date.parse(drainingSince) / 1000 }),
  }
}

/** Those of the frontends' family. A tunnel carries one family in the other: then all serve whom nobody of theirs does. */
function served({ backends }: ConfigService, way: Way, v: 4 | 6): readonly Backend[] {
  const serving = servingFamily(backends, way, v)
  const serve = (backend: ConfigBackend): boolean => family(backend.address) === serving
  const own = backends.every(serve) ? backends : backends.filter(serve)
  return own.every(isPlain) ? own : own.map(translated)
}

type ConfigBackend = ConfigService['backends'][number]

/** Most are the same to the datapath as they are here: a hundred thousand need no second object. */
function isPlain(backend: ConfigBackend): backend is ConfigBackend & Backend {
  const { state, fate, addedAt, drainingSince } = backend
  return state === 'active' && fate === undefined && addedAt === undefined && drainingSince === undefined
}

function translated(backend: ConfigBackend): Backend {
  const { address, port, weight, fate } = backend
  return { address, port, weight, ...(fate ? { state: fate } : {}), ...timesOf(backend) }
}
