import { formatEndpoint, formatFrontend } from '@skep/lb-maps'
import type { Backend, Config, Frontend } from './config.ts'
import { formatPath, show, type Finding, type Path } from './problem.ts'
import { backendSchema, frontendSchema } from './schema.ts'

interface Placed<T> {
  readonly path: Path
  readonly value: T
}

interface PlacedService {
  readonly name: Placed<unknown>
  readonly frontends: readonly Placed<Frontend>[]
  readonly backends: readonly Placed<Backend>[]
}

/**
 * What no single field can say: duplicates, families, capacities. Works on the raw document and passes over
 * parts that are wrong by themselves, so that one mistake does not hide another.
 */
export function crossCheck(document: unknown): Finding[] {
  const services = placedServices(document)
  const frontends = services.flatMap((service) => service.frontends)
  return [
    ...duplicates(
      services.map(({ name }) => name).filter(({ value }) => typeof value === 'string'),
      (value) => String(value),
      (value, first) => `the name ${show(value)} is taken by ${first}; every service needs its own`,
    ),
    ...duplicates(
      frontends,
      formatFrontend,
      (value, first) => `${formatFrontend(value)} is already a frontend at ${first}; take one of them out`,
    ),
    ...services.flatMap(({ backends }) =>
      duplicates(
        backends,
        ({ address, port }) => formatEndpoint(address, port),
        (value, first) =>
          `${formatEndpoint(value.address, value.port)} is already a backend at ${first}; give one of them the higher weight`,
      ),
    ),
    ...services.flatMap(families),
    ...loops(services, frontends),
  ]
}

/** Whether the tables are large enough. Needs a document that is otherwise valid. */
export function checkCapacity(config: Config): Finding[] {
  const frontends = config.services.flatMap((service) => service.frontends)
  const members = config.services.flatMap(({ frontends: own, backends }) =>
    own.flatMap((frontend) => backends.filter((backend) => family(backend.address) === family(frontend.address))),
  )
  const too = (used: number, key: 'services' | 'backends', what: string): Finding[] =>
    used <= config.capacity[key]
      ? []
      : [
          {
            path: ['spec', 'capacity', key],
            message: `${config.capacity[key]} is too small for the ${used} ${what} here`,
          },
        ]
  return [
    ...too(frontends.length, 'services', 'frontends'),
    ...too(members.length, 'backends', 'backends (counted once for each frontend of their family)'),
  ]
}

/** 4 or 6, of an address in canonical spelling. */
export function family(address: string): 4 | 6 {
  return address.includes(':') ? 6 : 4
}

function families({ frontends, backends }: PlacedService): Finding[] {
  const missing = (own: Placed<{ address: string }>, others: readonly Placed<{ address: string }>[]) =>
    others.length > 0 && !others.some(({ value }) => family(value.address) === family(own.value.address))
  const lonely = (what: string, other: string, own: Placed<{ address: string }>): Finding => {
    const v = family(own.value.address)
    const message = `${show(own.value.address)} is an IPv${v} ${what}, but the service has no IPv${v} ${other}; snat keeps the family, so add one or take this out`
    return { path: [...own.path, 'address'], message }
  }
  return [
    ...frontends.filter((own) => missing(own, backends)).map((own) => lonely('frontend', 'backend', own)),
    ...backends.filter((own) => missing(own, frontends)).map((own) => lonely('backend', 'frontend', own)),
  ]
}

function loops(services: readonly PlacedService[], frontends: readonly Placed<Frontend>[]): Finding[] {
  const taken = new Map(frontends.map(({ value, path }) => [value.address, path]))
  return services.flatMap(({ backends }) =>
    backends.flatMap(({ value, path }) => {
      const frontend = taken.get(value.address)
      if (frontend === undefined) return []
      const message = `${show(value.address)} is the address of the frontend at ${formatPath(frontend)}; a backend needs an address of its own`
      return [{ path: [...path, 'address'], message }]
    }),
  )
}

function duplicates<T>(
  items: readonly Placed<T>[],
  key: (value: T) => string,
  message: (value: T, first: string) => string,
): Finding[] {
  const seen = new Map<string, Path>()
  return items.flatMap(({ path, value }) => {
    const first = seen.get(key(value))
    if (first !== undefined) return [{ path, message: message(value, formatPath(first)) }]
    seen.set(key(value), path)
    return []
  })
}

function placedServices(document: unknown): PlacedService[] {
  const path = ['spec', 'services']
  return items(entry(entry(document, 'spec'), 'services')).map((service, i) => ({
    name: { path: [...path, i, 'name'], value: entry(service, 'name') },
    frontends: placed(entry(service, 'frontends'), [...path, i, 'frontends'], frontendSchema),
    backends: placed(entry(service, 'backends'), [...path, i, 'backends'], backendSchema),
  }))
}

function placed<T>(
  value: unknown,
  path: Path,
  schema: { safeParse(value: unknown): { data?: T | undefined } },
): Placed<T>[] {
  return items(value).flatMap((item, i) => {
    const { data } = schema.safeParse(item)
    return data === undefined ? [] : [{ path: [...path, i], value: data }]
  })
}

function entry(value: unknown, key: string): unknown {
  return typeof value === 'object' && value !== null ? (value as Record<string, unknown>)[key] : undefined
}

function items(value: unknown): readonly unknown[] {
  return Array.isArray(value) ? value : []
}
