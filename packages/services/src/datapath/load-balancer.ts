import {
  type Backend as LbBackend,
  type Desired,
  type Frontend as LbFrontend,
  type Mode,
  modes,
  type Service as LbService,
} from '@skep/lb-maps'
import { anyAddress, familyOf } from '../compile/listeners.ts'
import type { Backend } from '../model/backend.ts'
import type { Frontend } from '../model/frontend.ts'
import { frontendKey } from '../table/claims-of.ts'
import { shareOf } from './weights.ts'

/** What the load balancer at the node's devices is told beside frontends and backends. */
export interface LoadBalancerFacts {
  /** Own addresses at which node ports and host ports without an address are served from outside. */
  readonly nodeAddresses: readonly string[]
  /** The own address that translated packets to a backend carry as source; `undefined`: there is none. */
  readonly sourceTowards: (backend: string) => string | undefined
  /**
   * Ports that translated packets carry as source. Told, their source addresses may be services' too at other ports, and
   * what comes to the node's addresses and is for no service goes on to the node, fragments and pings as well.
   */
  readonly natPorts?: { readonly min: number; readonly max: number }
  /** Most backends that a frontend can have; 16383 when left out. */
  readonly mostBackends?: number
  /** How a service that asks for DSR gets it (`bpf-lb-dsr-dispatch`); `dsr-option` when left out. */
  readonly dsr?: Exclude<Mode, 'snat'>
  /** Backends whose endpoints are gone since the round before: their connections go to others at once. */
  readonly gone?: readonly Backend[]
  /** Longest time that the datapath can keep a silent client's backend; 32767 when left out. */
  readonly longestAffinitySeconds?: number
}

/** What the load balancer serves, and what it cannot, or not as it is asked for. */
export interface ForLoadBalancer {
  readonly desired: Desired
  readonly deviations: readonly Deviation[]
}

export interface Deviation {
  /** `external 192.0.2.1:80/TCP`. */
  readonly frontend: string
  readonly service: string
  readonly message: string
}

/** External frontends as `@skep/lb-maps` takes them. What it would refuse is left out, with the reason. Pure. */
export function forLoadBalancer(
  frontends: Iterable<Frontend>,
  backends: (id: number) => Backend | undefined,
  facts: LoadBalancerFacts,
): ForLoadBalancer {
  const external = [...frontends].filter(({ scope }) => scope === 'external').toSorted(byKey)
  const conversion = new Conversion(external, backends, facts)
  const planned = external.flatMap((frontend) => conversion.prepare(frontend))
  // By now all sources are known, at which nothing can listen.
  const services = planned.flatMap((one) => conversion.service(one))
  const { natPorts, nodeAddresses: hostAddresses } = facts
  const program = natPorts === undefined ? {} : { program: { natPorts }, hostAddresses }
  return { desired: { services, sources: conversion.sources, ...program }, deviations: conversion.deviations }
}

interface Planned {
  readonly frontend: Frontend
  readonly protocol: LbFrontend['protocol']
  readonly members: readonly LbBackend[]
  readonly mode: Mode
}

class Conversion {
  readonly deviations: Deviation[] = []
  readonly sources: Map<string, string> = new Map()
  readonly #backends: (id: number) => Backend | undefined
  readonly #facts: LoadBalancerFacts
  readonly #exact: ReadonlySet<string>
  readonly #gone = new Map<string, readonly LbBackend[]>()
  #sourceAddresses: ReadonlySet<string> | undefined

  constructor(external: readonly Frontend[], backends: (id: number) => Backend | undefined, facts: LoadBalancerFacts) {
    this.#backends = backends
    this.#facts = facts
    this.#exact = new Set(external.filter((one) => !isAnyAddress(one)).map(frontendKey))
  }

  /** Chooses the mode, and notes where packets get their source from. */
  prepare(frontend: Frontend): Planned[] {
    const { protocol } = frontend
    if (protocol === 'SCTP') {
      this.#say(frontend, 'SCTP is not served at the devices')
      return []
    }
    const members = this.#membersOf(frontend)
    const mode = this.#modeOf(frontend, members)
    if (mode === 'snat') for (const { address } of members) this.#noteSource(address)
    return [{ frontend, protocol, members, mode }]
  }

  service(planned: Planned): LbService[] {
    const { frontend, protocol, members, mode } = planned
    const listeners = this.#listenersOf(frontend, protocol)
    if (listeners.length === 0) return []
    const affinity = this.#affinityOf(frontend)
    return [
      {
        name: frontend.service,
        frontends: listeners,
        mode,
        algorithm: affinity === undefined ? frontend.algorithm : 'maglev',
        ...(affinity !== undefined && { sessionAffinity: { timeoutSeconds: affinity } }),
        ...(frontend.sourceRanges && { sourceRanges: frontend.sourceRanges }),
        backends: [...members, ...this.#goneFrom(planned)],
      },
    ]
  }

  #listenersOf(frontend: Frontend, protocol: LbFrontend['protocol']): LbFrontend[] {
    const family = familyOf(frontend.address)
    const isAny = isAnyAddress(frontend)
    const own = this.#facts.nodeAddresses.filter((address) => familyOf(address) === family)
    return (isAny ? own : [frontend.address])
      .filter((address) => this.#isFree({ ...frontend, address }, isAny))
      .map((address) => ({ address, port: frontend.port, protocol }))
  }

  /** An exact frontend goes before one for any address, and where replies come to there can be no service. */
  #isFree(frontend: Frontend, isAny: boolean): boolean {
    if (isAny && this.#exact.has(frontendKey(frontend)))
      return this.#say(frontend, 'another frontend has exactly this address and port')
    if (!this.#meetsReplies(frontend)) return true
    return this.#say(frontend, `replies to translated packets come to ${frontend.address}, also at this port`)
  }

  #meetsReplies({ address, port }: Frontend): boolean {
    const { min = 0, max = 65_535 } = this.#facts.natPorts ?? {}
    this.#sourceAddresses ??= new Set([
      ...this.sources.values(),
      ...(this.#facts.natPorts ? this.#facts.nodeAddresses : []),
    ])
    return this.#sourceAddresses.has(address) && port >= min && port <= max
  }

  #membersOf(frontend: Frontend): LbBackend[] {
    const share = shareOf(frontend.members)
    const all = frontend.members.flatMap(({ backend: id, weight }) => {
      const backend = this.#backends(id)
      return backend ? [{ address: backend.address, port: backend.port, weight: share(weight) }] : []
    })
    const { mostBackends = 16_383 } = this.#facts
    if (all.length <= mostBackends) return all
    this.#say(frontend, `${mostBackends} of its ${all.length} backends are used: more cannot be`)
    // Those that drain are left out first; the order is that of the slices, on every node.
    return all.toSorted((a, b) => Number(b.weight > 0) - Number(a.weight > 0)).slice(0, mostBackends)
  }

  /** A tunnel and a changed MAC leave the port as it is: where backends have another, packets are translated. */
  #modeOf(frontend: Frontend, members: readonly LbBackend[]): Mode {
    const { dsr = 'dsr-option' } = this.#facts
    if (frontend.keepsClient) return 'dsr-option'
    if (frontend.forwarding === 'snat') return 'snat'
    const other = dsr === 'dsr-option' ? undefined : members.find(({ port }) => port !== frontend.port)
    if (!other) return dsr
    this.#say(frontend, `${dsr} cannot change the port to ${other.port}: packets are translated (snat)`)
    return 'snat'
  }

  #affinityOf(frontend: Frontend): number | undefined {
    const { affinitySeconds: asked, algorithm } = frontend
    const longest = this.#facts.longestAffinitySeconds ?? 32_767
    if (asked === undefined) return undefined
    if (asked > longest)
      this.#say(frontend, `affinity lasts ${longest} s, not ${asked} s: the datapath can keep no longer time`)
    if (algorithm === 'random') this.#say(frontend, 'affinity needs maglev, which is used in place of random')
    return Math.min(asked, longest)
  }

  #goneFrom({ frontend: { protocol, address, port }, members, mode }: Planned): readonly LbBackend[] {
    const key = `${protocol} ${familyOf(address)}`
    let gone = this.#gone.get(key)
    if (!gone) {
      const own = (this.#facts.gone ?? []).filter((one) => `${one.protocol} ${familyOf(one.address)}` === key)
      gone = own.map((one) => ({ address: one.address, port: one.port, weight: 0, state: 'gone' as const }))
      this.#gone.set(key, gone)
    }
    // One with another port cannot have been a member where the port stays as it is.
    const couldBe = modes[mode].keepsPort ? gone.filter((one) => one.port === port) : gone
    return couldBe.filter((one) =>
      members.every((member) => member.address !== one.address || member.port !== one.port),
    )
  }

  #noteSource(backend: string): void {
    if (this.sources.has(backend)) return
    const source = this.#facts.sourceTowards(backend)
    if (source !== undefined) this.sources.set(backend, source)
  }

  #say(frontend: Frontend, message: string): false {
    this.deviations.push({ frontend: frontendKey(frontend), service: frontend.service, message })
    return false
  }
}

function isAnyAddress({ address }: Frontend): boolean {
  return address === anyAddress.IPv4 || address === anyAddress.IPv6
}

function byKey(a: Frontend, b: Frontend): number {
  const [one, other] = [frontendKey(a), frontendKey(b)]
  return one < other ? -1 : Number(one > other)
}
