import type { DesiredBackend, DesiredService, Sources } from '@skep/lb-health'
import { formatFrontend } from '@skep/lb-maps'
import type { Config } from '../config/config.ts'
import { wayOf } from '../config/modes.ts'
import { servingFamily } from '../config/serving.ts'
import { family } from '../config/family.ts'

type Service = Config['services'][number]

/** What is to be checked: a service's backends of one family, which serve its frontends of that family. */
export interface Check extends DesiredService {
  /** `192.0.2.10:80/TCP` */
  readonly frontends: readonly string[]
}

/** The checks that a configuration asks for. Families are judged apart: those of one cannot stand in for the other's. */
export function checksOf(config: Config): Check[] {
  return config.services.flatMap((service) => ([4, 6] as const).flatMap((v) => ofFamily(config, service, v)))
}

/** The name that a service's backends of one family are checked under. */
export function checkName(service: string, v: 4 | 6): string {
  return `${service}/ipv${v}`
}

function ofFamily(config: Config, service: Service, v: 4 | 6): Check[] {
  const { name, healthCheck } = service
  const backends = service.backends.filter(({ address, fate }) => family(address) === v && fate !== 'gone')
  if (healthCheck === undefined || backends.length === 0) return []
  return [
    {
      name: checkName(name, v),
      check: healthCheck,
      sources: sourcesOf(config.snat.sources),
      backends: backends.map(checkedBackend),
      frontends: servedBy(config, service, v).map(formatFrontend),
    },
  ]
}

/** The frontends that its backends of a family serve. */
function servedBy(config: Config, { frontends, backends, ...modes }: Service, v: 4 | 6): Service['frontends'] {
  const way = wayOf(config, modes)
  return frontends.filter(({ address }) => servingFamily(backends, way, family(address)) === v)
}

/** Only active backends count for the panic threshold; the others are checked all the same. */
function checkedBackend({ address, port, weight, state }: Service['backends'][number]): DesiredBackend {
  return { address, port, weight: state === 'active' ? weight : 0 }
}

/** Backends may let only the own addresses in that traffic comes from. */
function sourcesOf(sources: readonly string[]): Sources {
  const first = (v: 4 | 6) => sources.find((address) => family(address) === v)
  return { ipv4: first(4), ipv6: first(6) }
}
