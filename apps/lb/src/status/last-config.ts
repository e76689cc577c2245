import { readFileSync } from 'node:fs'
import { formatEndpoint, formatFrontend } from '@skep/lb-maps'
import type { Backend, Config, Service } from '../config/config.ts'
import { parseConfig } from '../config/load.ts'
import { readApplied } from '../controller/applied.ts'
import { withDrains } from '../drain/effective.ts'
import { readDrains } from '../drain/record.ts'
import { readOwner } from '@skep/lb-engine'
import type { InstancePaths } from '../instance/paths.ts'

/**
 * The configuration that was last used, with those who are drained, where it can still be read: the kernel knows neither
 * names nor weights.
 */
export function lastConfig(paths: InstancePaths): Config | undefined {
  try {
    const applied = readApplied(paths)
    if (applied !== undefined) return withDrains(applied, readDrains(paths))
    return parseConfig('', readFileSync(readOwner(paths)?.config ?? '', 'utf8'))
  } catch {
    return undefined
  }
}

/** What was declared, found by how the tables name it. */
export class Declared {
  readonly #services = new Map<string, Service>()
  readonly #backends = new Map<Service, Map<string, Backend>>()

  constructor(config: Pick<Config, 'services'> | undefined) {
    for (const service of config?.services ?? [])
      for (const frontend of service.frontends) this.#services.set(formatFrontend(frontend), service)
  }

  /** `frontend`: `192.0.2.10:80/TCP` */
  service(frontend: string): Service | undefined {
    return this.#services.get(frontend)
  }

  /** `backend`: `10.1.0.11:8080` */
  backend(frontend: string, backend: string): Backend | undefined {
    const service = this.#services.get(frontend)
    if (service === undefined) return undefined
    let found = this.#backends.get(service)
    if (found === undefined) {
      found = new Map(service.backends.map((one) => [formatEndpoint(one.address, one.port), one]))
      this.#backends.set(service, found)
    }
    return found.get(backend)
  }

  /** Names by frontend. */
  names(): Map<string, string> {
    return new Map(Array.from(this.#services, ([frontend, { name }]) => [frontend, name]))
  }
}
