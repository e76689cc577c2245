import { formatFrontend } from '@skep/lb-maps'
import type { Config } from '../config/config.ts'
import type { Finding } from '@skep/config-file'
import { mayBecome, refusedTransition } from '../config/state.ts'
import type { PutService, ServiceSpec } from './model.ts'
import { CiliumRefusal } from './refused.ts'
import { serviceOf } from './translate.ts'

/** The services after one was put. Throws {@link CiliumRefusal}. Pure; `config` has the services of the other owner. */
export function withPut(services: readonly PutService[], spec: PutService, config: Config): PutService[] {
  if (spec.id === 0) throw new CiliumRefusal('failure', 'invalid service ID 0; ids begin with 1')
  const { frontends } = serviceOf(spec)
  const keys = new Set(frontends.map(formatFrontend))
  for (const other of services) {
    const shared = serviceOf(other).frontends.map(formatFrontend)
    const same = shared.find((key) => keys.has(key))
    if (other.id !== spec.id && same !== undefined)
      throw new CiliumRefusal(
        'invalidFrontend',
        `${same} is already registered with ID ${other.id}, please use that ID instead of ${spec.id}`,
      )
    if (other.id === spec.id && same === undefined)
      throw new CiliumRefusal('failure', `service ID ${spec.id} is already registered to ${shared[0]}; delete it first`)
  }
  const owner = ownerOf(config, keys)
  if (owner !== undefined)
    throw new CiliumRefusal(
      'invalidFrontend',
      `${owner.frontend} belongs to the service ${JSON.stringify(owner.service)} of the configuration file; take it out there first`,
    )
  const before = services.find(({ id }) => id === spec.id)
  if (before !== undefined) withStates([before], spec)
  return [...services.filter(({ id }) => id !== spec.id), spec].toSorted((a, b) => a.id - b.id)
}

/** The services with the states of some backends changed, wherever they are used (`updateServices`). Pure. */
export function withStates(services: readonly PutService[], spec: ServiceSpec): PutService[] {
  const wanted = new Map((spec['backend-addresses'] ?? []).map((one) => [placeOf(one), one.state ?? 'active']))
  return services.map((service) => {
    const backends = service['backend-addresses'] ?? []
    const changed = backends.map((backend) => {
      const from = backend.state ?? 'active'
      const to = wanted.get(placeOf(backend)) ?? from
      if (!mayBecome(from, to))
        throw new CiliumRefusal('states', `backend ${placeOf(backend)}: ${refusedTransition(from, to)}`)
      return to === from ? backend : { ...backend, state: to }
    })
    return { ...service, 'backend-addresses': changed }
  })
}

/** The configuration with the services of both owners. */
export function merged(config: Config, services: readonly PutService[]): Config {
  return services.length === 0 ? config : { ...config, services: [...config.services, ...services.map(serviceOf)] }
}

/** What of a configuration is taken by the services that were put. */
export function claimedFindings(config: Config, services: readonly PutService[]): Finding[] {
  const claimed = new Map(
    services.flatMap((service) => serviceOf(service).frontends.map((each) => [formatFrontend(each), service.id])),
  )
  return config.services.flatMap(({ frontends }, i) =>
    frontends.flatMap((frontend, j): Finding[] => {
      const id = claimed.get(formatFrontend(frontend))
      if (id === undefined) return []
      const message = `${formatFrontend(frontend)} belongs to the service with ID ${id} of Cilium's API; delete that one first (DELETE /v1/service/${id}), or take this out`
      return [{ path: ['spec', 'services', i, 'frontends', j], message }]
    }),
  )
}

function ownerOf(config: Config, keys: ReadonlySet<string>): { service: string; frontend: string } | undefined {
  for (const { name, frontends } of config.services) {
    const frontend = frontends.map(formatFrontend).find((key) => keys.has(key))
    if (frontend !== undefined) return { service: name, frontend }
  }
  return undefined
}

function placeOf({ ip, port = 0 }: { readonly ip: string; readonly port?: number | undefined }): string {
  return `${ip}:${port}`
}
