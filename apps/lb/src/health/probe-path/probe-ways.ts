import { type DesiredBackend, probeOf } from '@skep/lb-health'
import type { Netlink } from 'netlink-ts'
import type { Config } from '../../config/config.ts'
import { LbError, routeLookup } from '@skep/lb-engine'
import type { InstancePaths } from '../../instance/paths.ts'
import type { Check } from '../checks.ts'
import { readChecks } from '../record.ts'
import { probedBackends } from './probed.ts'
import { probePaths, type ProbePaths } from './probe-paths.ts'
import { assignWays, type Held, type Way } from './way.ts'

/** Keeps the ways of probes as the configuration and the routes are. What is there from before is adopted. */
export class ProbeWays implements Disposable {
  readonly #netlink: Netlink
  readonly #paths: ProbePaths
  #held: readonly Held[]
  #last: { readonly wanted: readonly Check[]; readonly ways: string; readonly checks: readonly Check[] } | undefined

  constructor(paths: InstancePaths, netlink: Netlink) {
    this.#netlink = netlink
    this.#paths = probePaths(paths, netlink)
    this.#held = heldBefore(readChecks(paths.checks))
  }

  /** The checks, with the way of each backend that has one; the same array for as long as nothing changes. */
  follow(config: Config, wanted: readonly Check[]): readonly Check[] {
    const lookup = routeLookup(this.#netlink, (index) => `device ${index}`)
    const ways = assignWays(probedBackends(config, lookup), this.#held)
    this.#set(ways)
    this.#held = ways
    const text = JSON.stringify(ways)
    if (this.#last?.wanted !== wanted || this.#last.ways !== text)
      this.#last = { wanted, ways: text, checks: withWays(wanted, ways) }
    return this.#last.checks
  }

  /** Closes descriptors; probes go on. */
  [Symbol.dispose](): void {
    this.#paths[Symbol.dispose]()
  }

  #set(ways: readonly Way[]): void {
    try {
      this.#paths.apply(ways)
    } catch (cause) {
      const message = `health checks cannot take the way of traffic: ${(cause as Error).message}; with healthCheck.through: direct they go to the backends' own addresses`
      throw new LbError('SYSTEM', message, { cause })
    }
  }
}

function withWays(checks: readonly Check[], ways: readonly Way[]): Check[] {
  const found = new Map(ways.map(({ service, backend, via }) => [`${service} ${backend}`, via]))
  return checks.map((check) => {
    const withWay = (backend: DesiredBackend): DesiredBackend => {
      const via = found.get(`${check.name} ${backend.address}`)
      return via ? { ...backend, via } : backend
    }
    return { ...check, backends: check.backends.map(withWay) }
  })
}

function heldBefore(checks: readonly Check[]): Held[] {
  return checks.flatMap(({ name, check, backends }) => {
    const protocol = probeOf(check).kind === 'udp' ? 'UDP' : 'TCP'
    return backends.flatMap(({ address, port, via }): Held[] =>
      via ? [{ service: name, vip: via.address, port: via.port ?? port, protocol, backend: address, via }] : [],
    )
  })
}
