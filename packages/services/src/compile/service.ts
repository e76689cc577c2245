import { keyOf, type IpFamily, type ServicePort } from '@skep/kube'
import type { BackendDraft } from '../backends/draft.ts'
import { candidatesOf } from '../endpoints/candidates.ts'
import type { ChoiceQuestion } from '../endpoints/choose.ts'
import type { Problem } from '../settings/problem.ts'
import { carriedOf } from './carried.ts'
import type { Context, ServiceInput } from './context.ts'
import type { Compiled, Draining, FrontendDraft, HealthCheck } from './draft.ts'
import { Group } from './group.ts'
import { groupFor, type Parts, policiesFor } from './parts.ts'
import { type Listener, listenersOf } from './listeners.ts'
import { forwardingOf, rangesFor, type Settings, settingsOf } from './settings.ts'
import { skipReason } from './skip.ts'
import { hintsIgnored, statusOf } from './status.ts'

/** Compiles a service by itself, without a look at other services. Pure. */
export function compileService(input: ServiceInput, context: Context): Compiled & { readonly parts?: Parts } {
  const problems: Problem[] = []
  const { service } = input
  const base = { name: keyOf(service), kind: 'Service' as const, created: service.metadata.creationTimestamp ?? '' }
  const skipped = skipReason(input, context, problems)
  if (skipped !== undefined)
    return {
      ...base,
      skipped,
      problems,
      notes: [],
      frontends: [],
      backends: [],
      draining: [],
      status: `skipped: ${skipped}`,
    }
  const parts = partsOf(input, context, problems)
  const health = healthCheckOf(input, context, parts, problems)
  const ignored = hintsIgnored(parts)
  return {
    ...base,
    problems,
    notes: notesOf(input),
    frontends: parts.listeners.map((listener) => frontendOf(base.name, listener, parts, context)),
    backends: backendsOf(parts.groups),
    draining: drainingOf(parts, context),
    ...(health && { healthCheck: health }),
    status: statusOf(parts),
    ...(ignored !== undefined && { hintsIgnored: ignored }),
    parts,
  }
}

function partsOf(input: ServiceInput, context: Context, problems: Problem[]): Parts {
  const settings = settingsOf(input, context, problems)
  const service = carriedOf(input.service, context.options, problems)
  const listeners = listenersOf(service, context.options, settings.annotations.type, problems)
  const question = questionOf(settings, context)
  const families = service.spec.ipFamilies.filter((family) => context.options.families.includes(family))
  const groups = service.spec.ports.flatMap((port) => families.map((family) => groupOf(input, family, port, question)))
  return { settings, listeners, groups }
}

function groupOf(input: ServiceInput, family: IpFamily, port: ServicePort, question: ChoiceQuestion): Group {
  const slices = input.slices.filter(({ addressType }) => addressType === family)
  return new Group(family, port, candidatesOf(slices, port), question)
}

function questionOf(settings: Settings, { options, node, isPodEnded, drainingSince, now }: Context): ChoiceQuestion {
  const timeout = settings.drainTimeoutSeconds
  return {
    nodeName: node.name,
    zone: node.zone,
    asked: settings.topology.asked,
    off: settings.topology.off,
    acceptWhileDraining: settings.acceptWhileDraining,
    usesTerminating: options.terminating,
    gone: ({ endpoint, backend }) => {
      if (endpoint.pod !== undefined && isPodEnded(endpoint.pod, endpoint.podUid)) return 'pod-ended'
      if (!endpoint.terminating || timeout === undefined) return undefined
      return now - (drainingSince(backend.key) ?? now) >= timeout ? 'drain-timeout' : undefined
    },
  }
}

function frontendOf(service: string, listener: Listener, parts: Parts, { options }: Context): FrontendDraft {
  const { kind, scope, address, port, servicePort, policy } = listener
  const { settings } = parts
  const group = groupFor(parts, listener)
  const sourceRanges = rangesFor(settings, kind, scope, options.sourceRangesAllTypes)
  return {
    address,
    port,
    protocol: servicePort.protocol,
    scope,
    kind,
    service,
    portName: servicePort.name,
    members: group.members(policy),
    leftOut: group.leftOut(policy),
    whenEmpty: group.hasAny ? 'drop' : 'reject',
    ...(settings.affinitySeconds !== undefined && { affinitySeconds: settings.affinitySeconds }),
    ...(sourceRanges && { sourceRanges }),
    algorithm: settings.algorithm,
    forwarding: forwardingOf(settings, servicePort.protocol),
    ...(scope === 'external' && policy === 'Local' && { keepsClient: true as const }),
  }
}

/** Two ports of a service may lead to the same backend. */
function backendsOf(groups: readonly Group[]): BackendDraft[] {
  if (groups.length === 1) return groups[0]!.backends()
  return [...new Map(groups.flatMap((group) => group.backends().map((one) => [one.key, one] as const))).values()]
}

function drainingOf(parts: Parts, context: Context): Draining[] {
  const since = (key: string): number => context.drainingSince(key) ?? context.now
  const timeout = parts.settings.drainTimeoutSeconds
  const all = parts.groups.flatMap((group) => group.draining([...policiesFor(parts, group)], timeout, since))
  return [...new Map(all.map((one) => [one.backend, one])).values()]
}

/** Only load balancers that bring traffic to some nodes ask. A pod that has both families is one endpoint. */
function healthCheckOf(
  { service: { spec } }: ServiceInput,
  { node }: Context,
  { groups }: Parts,
  problems: Problem[],
): HealthCheck | undefined {
  if (spec.type !== 'LoadBalancer' || spec.externalTrafficPolicy !== 'Local') return undefined
  if (spec.healthCheckNodePort === undefined) {
    const message =
      'is missing: load balancers cannot ask whether this node has endpoints; the API server gives one out'
    problems.push({ path: 'spec.healthCheckNodePort', message })
    return undefined
  }
  const counts = spec.ipFamilies.map(
    (family) => new Set(groups.filter((one) => one.family === family).flatMap((one) => one.readyOn(node.name))).size,
  )
  return { port: spec.healthCheckNodePort, localEndpoints: Math.max(0, ...counts) }
}

function notesOf({ service }: ServiceInput): string[] {
  return service.status.loadBalancer.ingress.flatMap(({ ip, ipMode }, i) =>
    ip !== undefined && ipMode === 'Proxy'
      ? [
          `${ip} has ipMode Proxy (status.loadBalancer.ingress[${i}]): packets to it go to the load balancer, also from here`,
        ]
      : [],
  )
}
