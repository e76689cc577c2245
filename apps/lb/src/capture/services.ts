import { readServices, type ServiceRecord } from '@skep/lb-maps'
import { openInstance } from '@skep/lb-engine'
import type { InstancePaths } from '../instance/paths.ts'
import { Declared, lastConfig } from '../status/last-config.ts'
import { frontendOf } from '../status/services.ts'
import type { Frontend } from './filter/filter.ts'
import type { Services } from './filter/parse.ts'

const UDP = 17

/** The frontends in the tables, by their service's name where it is known, and by themselves (`192.0.2.10:80/TCP`). */
export function readFrontends(paths: InstancePaths): Services {
  using open = openInstance(paths)
  const services = new Map<string, Frontend[]>()
  if (open === undefined) return services
  const names = new Declared(lastConfig(paths)).names()
  for (const record of readServices(open.maps)) {
    const text = frontendOf(record)
    for (const name of new Set([names.get(text) ?? text, text]))
      services.set(name, [...(services.get(name) ?? []), frontend(record)])
  }
  return services
}

function frontend({ address, port, protocol }: ServiceRecord): Frontend {
  return { address, port, protocol: protocol === UDP ? 'UDP' : 'TCP' }
}
