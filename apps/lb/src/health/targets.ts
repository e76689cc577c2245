import { backendKey } from '@skep/lb-health'
import { formatFrontend, type LbMaps, readMember, readService } from '@skep/lb-maps'
import type { Config } from '../config/config.ts'
import { family } from '../config/family.ts'
import { checkName } from './checks.ts'

/** Whom a member stands for: backends of one family of a service, as they are judged. */
export interface Target {
  /** As a check is named: `web/ipv4`. */
  readonly service: string
  /** `10.1.0.11:8080` */
  readonly backend: string
  /** Of the frontend that it stands behind. */
  readonly generation: number
}

const protocols: Readonly<Record<number, 'TCP' | 'UDP'>> = { 6: 'TCP', 17: 'UDP' }

/** Looks members up, each once until the tables change. */
export class Targets {
  readonly #maps: LbMaps
  #services: ReadonlyMap<string, string>
  readonly #found = new Map<number, Target | undefined>()

  constructor(maps: LbMaps, config: Config) {
    this.#maps = maps
    this.#services = servicesOf(config)
  }

  /** Forgets what was found: the tables or the configuration have changed. */
  reset(config: Config): void {
    this.#services = servicesOf(config)
    this.#found.clear()
  }

  /** `undefined` for a member of a frontend that the configuration does not have. */
  of(member: number): Target | undefined {
    if (!this.#found.has(member)) this.#found.set(member, this.#find(member))
    return this.#found.get(member)
  }

  #find(id: number): Target | undefined {
    const member = readMember(this.#maps, id)
    const frontend = member && readService(this.#maps, member.service)
    if (member === undefined || frontend === undefined) return undefined
    const protocol = protocols[frontend.protocol]
    const service = protocol && this.#services.get(formatFrontend({ ...frontend, protocol }))
    if (service === undefined) return undefined
    return { service, backend: backendKey(member), generation: frontend.generation }
  }
}

function servicesOf({ services }: Config): ReadonlyMap<string, string> {
  return new Map(
    services.flatMap(({ name, frontends }) =>
      frontends.map((one) => [formatFrontend(one), checkName(name, family(one.address))] as const),
    ),
  )
}
