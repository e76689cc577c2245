import { type HealthCheck, probeOf, type ProbeSpec } from '@skep/lb-health'
import { cidrNetwork, formatAddress, tryParseCidr } from '@skep/packet'
import type { Backend, Config, Service } from '../../config/config.ts'
import { wayOf } from '../../config/modes.ts'
import { family } from '../../config/family.ts'
import type { Route } from '@skep/lb-engine'
import { checkName } from '../checks.ts'
import type { ProbedBackend } from './way.ts'

/** The kernel's answer, or why there is none. */
export type Lookup = (address: string) => Route | Error

/**
 * The backends whose probes take the way of real traffic: those that get packets as clients sent them (`ipip`, `l2`), where
 * the port that is checked is a frontend's. The others are asked at their own address, and so are those that have no
 * route or for which no own address is known. Pure but for `lookup`.
 */
export function probedBackends(config: Config, lookup: Lookup): ProbedBackend[] {
  return config.services.flatMap((service) => {
    const way = wayOf(config, service)
    const { healthCheck: check } = service
    if ((way !== 'ipip' && way !== 'l2') || check?.through !== 'datapath' || check.script) return []
    return service.backends.flatMap((backend) => {
      const asked = askedAt(service, backend, check)
      return (asked && towards({ config, asked, lookup, dispatch: way })) ?? []
    })
  })
}

type Asked = Pick<ProbedBackend, 'service' | 'vip' | 'port' | 'protocol' | 'backend'>

/** Through a frontend of its own family, if there is any: only ipip carries one in the other. */
function askedAt({ name, frontends }: Service, { address, port: own }: Backend, check: HealthCheck): Asked | undefined {
  const { kind, spec }: ProbeSpec = probeOf(check)
  const port = spec.port ?? own
  const fits = frontends.filter((one) => one.port === port || one.port === 0)
  const frontend = fits.find((one) => family(one.address) === family(address)) ?? fits[0]
  if (frontend === undefined || port === 0) return undefined
  const protocol = kind === 'udp' ? 'UDP' : 'TCP'
  return { service: checkName(name, family(address)), vip: frontend.address, port, protocol, backend: address }
}

interface Towards {
  readonly config: Config
  readonly asked: Asked
  readonly lookup: Lookup
  readonly dispatch: ProbedBackend['dispatch']
}

function towards({ config, asked, lookup, dispatch }: Towards): ProbedBackend | undefined {
  const { vip, backend } = asked
  const route = lookup(backend)
  if (route instanceof Error || route.local) return undefined
  const own = ownAddress(config, backend, route)
  const source = family(vip) === family(backend) ? own : ownAddress(config, vip, lookup(vip))
  const outerSource = tunnelSource(config, family(backend)) ?? own
  if (source === undefined || outerSource === undefined) return undefined
  return { ...asked, dispatch, source, outerSource, device: route.index, nextHop: route.gateway ?? backend }
}

function ownAddress({ snat }: Config, towards: string, route: Route | Error): string | undefined {
  const configured = snat.sources.find((source) => family(source) === family(towards))
  return configured ?? (route instanceof Error ? undefined : route.source)
}

/** Backends may admit only these; any of them will do. */
function tunnelSource({ dsr }: Config, v: 4 | 6): string | undefined {
  const cidr = dsr.tunnelSources.map((text) => tryParseCidr(text)!).find(({ address }) => address.family === v)
  return cidr && formatAddress(cidrNetwork(cidr))
}
