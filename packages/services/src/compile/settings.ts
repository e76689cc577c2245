import type { Protocol } from '@skep/kube'
import { cidrNetwork, formatCidr, isV4Mapped, parseCidr } from '@skep/packet'
import type { FrontendKind, Scope, SourceRanges } from '../model/frontend.ts'
import { type Annotations, readAnnotations } from '../settings/annotations.ts'
import type { Problem } from '../settings/problem.ts'
import { type TopologyWish, topologyWish } from '../settings/topology.ts'
import { readWeight } from '../settings/weight.ts'
import type { Context, ServiceInput } from './context.ts'

/** What a service asks for, from its spec, its annotations and the options. */
export interface Settings {
  readonly annotations: Annotations
  readonly topology: TopologyWish
  readonly algorithm: 'maglev' | 'random'
  readonly affinitySeconds?: number
  readonly drainTimeoutSeconds?: number
  readonly acceptWhileDraining: boolean
  readonly sourceRanges?: SourceRanges
  readonly forwarding: 'snat' | 'dsr' | 'hybrid'
}

/** Reads a service's settings; what cannot be used is noted in `problems`. */
export function settingsOf(input: ServiceInput, { options }: Context, problems: Problem[]): Settings {
  const { service, slices, namespace } = input
  const annotations = readAnnotations(service, namespace, problems)
  for (const slice of slices) problems.push(...[readWeight(slice).problem].filter((one) => one !== undefined))
  const affinity = options.sessionAffinity ? service.spec.sessionAffinityConfig?.clientIP.timeoutSeconds : undefined
  const drainTimeout = annotations.drainTimeoutSeconds ?? options.drainTimeoutSeconds
  const ranges = options.sourceRanges ? rangesOf(input, annotations, problems) : undefined
  return {
    annotations,
    topology: topologyWish(service, options.topology, problems),
    algorithm: annotations.algorithm ?? options.algorithm,
    ...(affinity !== undefined && { affinitySeconds: affinity }),
    ...(drainTimeout !== undefined && { drainTimeoutSeconds: drainTimeout }),
    acceptWhileDraining: annotations.acceptWhileDraining ?? false,
    ...(ranges && { sourceRanges: ranges }),
    forwarding: annotations.forwarding ?? options.forwarding,
  }
}

/** How packets reach the backends of a frontend. */
export function forwardingOf({ forwarding }: Settings, protocol: Protocol): 'snat' | 'dsr' {
  if (forwarding !== 'hybrid') return forwarding
  return protocol === 'TCP' ? 'dsr' : 'snat'
}

/** Whom a frontend admits: only who comes from outside is asked, and at LoadBalancer addresses unless all types are. */
export function rangesFor(
  { sourceRanges }: Settings,
  kind: FrontendKind,
  scope: Scope,
  allTypes: boolean,
): SourceRanges | undefined {
  return scope === 'external' && (allTypes || kind === 'LoadBalancer') ? sourceRanges : undefined
}

function rangesOf({ service }: ServiceInput, annotations: Annotations, problems: Problem[]): SourceRanges | undefined {
  const given = service.spec.loadBalancerSourceRanges
  if (given.length === 0) return undefined
  const ranges = given.flatMap((text, i) => readRange(text, `spec.loadBalancerSourceRanges[${i}]`, problems))
  return { [annotations.sourceRangesPolicy ?? 'allow']: ranges }
}

function readRange(text: string, path: string, problems: Problem[]): string[] {
  const cidr = parseCidr(text)
  if (!isV4Mapped(cidr.address.bytes)) return [formatCidr({ ...cidr, address: cidrNetwork(cidr) })]
  problems.push({
    path,
    message: `${text} is IPv4 inside IPv6, which no packet carries: it is left out; write the IPv4 prefix`,
  })
  return []
}
