import { formatFrontend, type Service } from '@skep/lb-maps'
import { family } from './family.ts'

type Served = { readonly services: readonly Service[] }

/** Every backend's address, once; not of those that are gone. */
export function backendAddresses({ services }: Served): string[] {
  const present = new Set<string>()
  for (const { backends } of services)
    for (const { address, state } of backends) if (state !== 'gone') present.add(address)
  return [...present]
}

/** Whether any service has a frontend of the family. */
export function usesFamily({ services }: Served, v: 4 | 6): boolean {
  return services.some(({ frontends }) => frontends.some(({ address }) => family(address) === v))
}

/** Whether any service takes every port of its address. */
export function takesAnyPort({ services }: Served): boolean {
  return services.some(({ frontends }) => frontends.some(({ port }) => port === 0))
}

/** The moments at which backends come and go by their declared times, in seconds since 1970. */
export function declaredMoments({ services }: Served): number[] {
  const moments: number[] = []
  for (const { backends } of services)
    for (const { addedAt, drainingSince } of backends) {
      if (addedAt !== undefined) moments.push(addedAt)
      if (drainingSince !== undefined) moments.push(drainingSince)
    }
  return moments
}

/** Services by frontend, `192.0.2.10:80/TCP`. */
export function namesByFrontend({ services }: Served): Map<string, string> {
  return new Map(
    services.flatMap(({ name, frontends }) => frontends.map((one) => [formatFrontend(one), name] as const)),
  )
}
