import { readClock } from '@skep/datapath/clock'
import type { LbXdp } from '@skep/datapath/lb-xdp'
import {
  datapathClock,
  type Desired,
  LbMapsError,
  openMaps,
  type OpenMaps,
  type Plan,
  readMembers,
  recordUnitSeconds,
  ServiceMaps,
} from '@skep/lb-maps'
import type { EngineModel } from '../model/model.ts'
import type { Finding } from '@skep/config-file'
import { type DatapathTime, hashKeyOf } from '../datapath/settings.ts'
import type { Resolution } from '../nexthop/resolve.ts'
import { actualGauges } from '../status/gauges.ts'
import type { GaugeStatus } from '../status/types.ts'
import { adoptedSources } from './adopted-sources.ts'
import { declaredMoments, namesByFrontend } from '../model/facts.ts'
import type { EngineSettings } from '../model/settings.ts'
import type { Terms } from '../model/terms.ts'
import { tunnelFamilies } from '../datapath/tunnel.ts'
import { unservedFrontends } from './unserved.ts'

type Sources = Pick<Resolution, 'sources'>

/** What writing the services did, and did not. */
export interface AppliedServices extends Pick<Plan, 'changes' | 'problems'> {
  /** Frontends that have no place in the tables, each with the reason. */
  readonly unserved: ReadonlyMap<string, string>
}

/** The services in the datapath's maps. What is there when it is opened is adopted, ids and all. */
export class Services implements Disposable {
  readonly #mapping: OpenMaps
  readonly #maps: ServiceMaps
  readonly #unitSeconds: number
  readonly #terms: Terms
  /** When a backend comes or goes next by its declared time, in seconds since 1970. */
  #nextMoment = Infinity

  constructor(datapath: LbXdp, config: EngineSettings, time: DatapathTime, terms: Terms) {
    this.#terms = terms
    this.#unitSeconds = recordUnitSeconds(time)
    this.#mapping = openMaps(datapath.maps, hashKeyOf(config))
    const clock = datapathClock({ ...readClock(), ...time })
    this.#maps = ServiceMaps.adopt(this.#mapping, clock)
  }

  /**
   * Does what time has brought for slots that change hands. True when something was written, or when a backend's declared
   * time has come: then a round is due.
   */
  tick(): boolean {
    const isTime = this.#nextMoment <= Date.now() / 1000
    if (isTime) this.#nextMoment = Infinity
    return this.#maps.tick() || isTime
  }

  /** Writes the difference between what is wanted and what is there. */
  apply(config: EngineModel, { sources }: Sources): AppliedServices {
    const now = Date.now() / 1000
    this.#nextMoment = declaredMoments(config).reduce((next, at) => (at > now && at < next ? at : next), Infinity)
    const done = this.#maps.reconcile(this.#desired(config, sources), { release: 'later' })
    const full = new Map(
      done.problems.flatMap(({ code, path, message }) =>
        code === 'FULL' ? [[path, named(message, this.#terms)]] : [],
      ),
    )
    const unserved = unservedFrontends(config, this.#mapping, (frontend) => full.get(frontend))
    const problems = done.problems.map((one) => ({ ...one, message: named(one.message, this.#terms) }))
    return { ...done, problems: [...problems, ...this.#crowded(config)], unserved }
  }

  /** Frontends that the tables do not have, or have without a backend, when writing has failed because of that. */
  unserved(config: EngineModel, because: string): Map<string, string> {
    return unservedFrontends(config, this.#mapping, () => because)
  }

  #desired({ services, dsr, hostAddresses, snat }: EngineModel, sources: ReadonlyMap<string, string>): Desired {
    const program = { recordUnitSeconds: this.#unitSeconds, tunnelPrefixes: tunnelFamilies({ dsr }) }
    if (hostAddresses === undefined) return { services, sources, program }
    const { from: min, to: max } = snat.portRange
    return { services, sources, hostAddresses, program: { ...program, natPorts: { min, max } } }
  }

  /** Services whose slots cannot come to rest, by name. */
  #crowded(config: EngineModel): Plan['problems'] {
    if (this.#maps.waiting.length === 0) return []
    const names = namesByFrontend(config)
    return this.#maps.waiting.map(({ code, path, message }) => ({
      code,
      path: `${names.get(path) ?? 'service'} (${path})`,
      message: named(message, this.#terms),
    }))
  }

  /** What stands against a configuration. Writes nothing. */
  refusals(config: EngineModel, { sources }: Sources): Finding[] {
    try {
      const { problems, planAgain } = this.#maps.preview(this.#desired(config, sources))
      if (planAgain) return []
      return problems
        .filter(({ code }) => code === 'FULL')
        .map(({ path, message }) => finding(path, named(message, this.#terms)))
    } catch (error) {
      if (!(error instanceof LbMapsError)) throw error
      return error.problems.map(({ path, message }) => finding(path, named(message, this.#terms)))
    }
  }

  /** Addresses of backends that are none any more, and stay until their connections are over. */
  draining(): string[] {
    const members = [...this.#maps.actual.unsettled].flatMap((id) => readMembers(this.#mapping, id))
    return [...new Set(members.filter(({ draining }) => draining).map(({ address }) => address))]
  }

  /** The own addresses in the tables, by backend. */
  sources(): Map<string, string> {
    return adoptedSources(this.#mapping)
  }

  /** How full the tables are. */
  gauges(): GaugeStatus[] {
    return actualGauges(this.#maps.actual, this.#terms)
  }

  [Symbol.dispose](): void {
    this.#mapping[Symbol.dispose]()
  }
}

function finding(path: string, message: string): Finding {
  return { path: ['spec', 'services'], message: `${path}: ${message}` }
}

/** Options by the names that whoever runs the engine has for them. */
function named(message: string, { setting }: Terms): string {
  return message.replace(/capacities\.(\w+)/, (_, key) =>
    setting(`capacity.${key as keyof EngineSettings['capacity']}`),
  )
}
