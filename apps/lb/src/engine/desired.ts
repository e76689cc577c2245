import type { Desired, Service } from '@skep/lb-maps'
import type { Config } from '../config/config.ts'
import { family } from '../config/rules.ts'

/** The services as the datapath has them: one family each, with the own addresses towards their backends. */
export function desiredState(config: Config, sources: ReadonlyMap<string, string>): Desired {
  return { services: config.services.flatMap((service) => [4, 6].flatMap((v) => ofFamily(service, v))), sources }
}

/** Every backend's address, once. */
export function backendAddresses(config: Config): string[] {
  return [...new Set(config.services.flatMap(({ backends }) => backends.map(({ address }) => address)))]
}

/** Whether any service has a frontend of the family. */
export function usesFamily(config: Config, v: 4 | 6): boolean {
  return config.services.some(({ frontends }) => frontends.some(({ address }) => family(address) === v))
}

function ofFamily({ name, frontends, algorithm, backends }: Config['services'][number], v: number): Service[] {
  const own = frontends.filter(({ address }) => family(address) === v)
  if (own.length === 0) return []
  const served = backends.filter(({ address }) => family(address) === v)
  return [
    {
      name,
      algorithm,
      frontends: own,
      backends: served.map(({ address, port, weight }) => ({ address, port, weight })),
    },
  ]
}
