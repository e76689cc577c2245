import { keyOf, type ContainerPort, type Pod } from '@skep/kube'
import type { FrontendKind } from '../model/frontend.ts'
import type { Problem } from '../settings/problem.ts'
import { DEFAULT_WEIGHT } from '../settings/weight.ts'
import type { Context } from './context.ts'
import { type BackendDraft, backendKey } from '../backends/draft.ts'
import type { Compiled, FrontendDraft } from './draft.ts'
import { anyAddress, familyOf } from './listeners.ts'

const kind: FrontendKind = 'HostPort'

/** Has a pod of this node ports of the host? */
export function hasHostPorts({ spec }: Pod, nodeName: string): boolean {
  return spec.nodeName === nodeName && !spec.hostNetwork && hostPortsOf(spec.containers).length > 0
}

/** Compiles the host ports of a pod of this node. Pure. */
export function compilePod(pod: Pod, context: Context): Compiled {
  const base = {
    name: keyOf(pod),
    kind: 'Pod' as const,
    created: pod.metadata.creationTimestamp ?? '',
    problems: [],
    notes: [],
  }
  const reason = withoutPorts(pod, context)
  if (reason !== undefined)
    return { ...base, skipped: reason, frontends: [], backends: [], draining: [], status: `skipped: ${reason}` }
  const all = hostPortsOf(pod.spec.containers)
  const ports = all.filter(({ protocol }) => context.options.protocols.includes(protocol))
  const targets = ports.flatMap((port) => targetsOf(pod, port, context))
  return {
    ...base,
    problems: all.filter((one) => !ports.includes(one)).map(notCarried),
    frontends: targets.flatMap(({ port, backend }) => frontendsOf(base.name, port, backend, context)),
    backends: [...new Map(targets.map(({ backend }) => [backend.key, backend])).values()],
    draining: [],
    status: ports.map(({ hostPort, containerPort }) => `host port ${hostPort} → ${containerPort}`).join(', '),
  }
}

function withoutPorts(pod: Pod, { options, isPodEnded }: Context): string | undefined {
  if (!options.hostPort) return 'enable-host-port is off'
  if (isPodEnded(keyOf(pod), pod.metadata.uid)) return 'the pod has ended'
  return pod.status.podIPs.length === 0 ? 'the pod has no address yet' : undefined
}

function hostPortsOf(containers: Pod['spec']['containers']): (ContainerPort & { readonly hostPort: number })[] {
  return containers.flatMap(({ ports }) =>
    ports.flatMap((port) => (port.hostPort === undefined ? [] : [{ ...port, hostPort: port.hostPort }])),
  )
}

function notCarried({ hostPort, protocol }: HostPort): Problem {
  return { path: 'spec.containers', message: `host port ${hostPort}: ${protocol} is not served` }
}

type HostPort = ReturnType<typeof hostPortsOf>[number]

function targetsOf(pod: Pod, port: HostPort, { options, node }: Context): { port: HostPort; backend: BackendDraft }[] {
  return pod.status.podIPs
    .filter(({ ip }) => options.families.includes(familyOf(ip)))
    .filter(({ ip }) => port.hostIP === undefined || familyOf(port.hostIP) === familyOf(ip))
    .map(({ ip }) => {
      const { protocol, containerPort } = port
      const state = pod.metadata.deletionTimestamp === undefined ? 'active' : 'terminating'
      const key = backendKey(protocol, ip, containerPort)
      const place = { nodeName: node.name, ...(node.zone !== undefined && { zone: node.zone }) }
      return { port, backend: { key, address: ip, port: containerPort, protocol, ...place, state } }
    })
}

/** Nobody comes to a loopback address from outside. */
function frontendsOf(
  pod: string,
  port: HostPort,
  { key, address }: BackendDraft,
  { options }: Context,
): FrontendDraft[] {
  const at = port.hostIP ?? anyAddress[familyOf(address)]
  const isLoopback = at.startsWith('127.') || at === '::1'
  const common = {
    address: at,
    port: port.hostPort,
    protocol: port.protocol,
    kind,
    service: pod,
    portName: port.name,
    members: [{ backend: key, weight: DEFAULT_WEIGHT }],
    leftOut: [],
    whenEmpty: 'reject' as const,
    algorithm: options.algorithm,
    forwarding: 'snat' as const,
  }
  return [{ ...common, scope: 'internal' }, ...(isLoopback ? [] : [{ ...common, scope: 'external' as const }])]
}
