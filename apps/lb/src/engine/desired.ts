import type { Backend, Desired, Service } from '@skep/lb-maps'
import type { Config } from '../config/config.ts'
import { wayOf, type Way } from '../config/modes.ts'
import { servingFamily } from '../config/serving.ts'
import { family } from '../config/rules.ts'
import { tunnelFamilies } from '../datapath/tunnel.ts'

type ConfigService = Config['services'][number]

const modes = { snat: 'snat', ipip: 'dsr-ipip', l2: 'dsr-l2', opt: 'dsr-option' } as const satisfies Record<
  Way,
  Service['mode']
>

/** The services as the datapath has them: one family of frontends each, with the own addresses towards their backends. */
export function desiredState(config: Config, sources: ReadonlyMap<string, string>, recordUnitSeconds = 1): Desired {
  return {
    services: config.services.flatMap((service) => ([4, 6] as const).flatMap((v) => ofFamily(config, service, v))),
    sources,
    program: { recordUnitSeconds, tunnelPrefixes: tunnelFamilies(config) },
  }
}

/** Every backend's address, once; not of those that are gone. */
export function backendAddresses(config: Config): string[] {
  const present = new Set<string>()
  for (const { backends } of config.services)
    for (const { address, fate } of backends) if (fate !== 'gone') present.add(address)
  return [...present]
}

/** Whether any service has a frontend of the family. */
export function usesFamily(config: Config, v: 4 | 6): boolean {
  return config.services.some(({ frontends }) => frontends.some(({ address }) => family(address) === v))
}

/** Whether any service takes every port of its address. */
export function takesAnyPort(config: Config): boolean {
  return config.services.some(({ frontends }) => frontends.some(({ port }) => port === 0))
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

/** The moments at which backends come and go by their declared times, in seconds since 1970. */
export function declaredMoments({ services }: Config): number[] {
  return services.flatMap(({ backends }) =>
    backends.flatMap((backend) => {
      if (backend.addedAt === undefined && backend.drainingSince === undefined) return []
      return Object.values(timesOf(backend))
    }),
  )
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
