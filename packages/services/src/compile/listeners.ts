import type { IpFamily, Service, ServicePort } from '@skep/kube'
import type { TrafficPolicy } from '../endpoints/choose.ts'
import type { FrontendKind, Scope } from '../model/frontend.ts'
import type { Options } from '../options.ts'
import type { Problem } from '../settings/problem.ts'
import type { ExposedType } from '../settings/annotations.ts'

/** An address, port and scope that a service listens on, and which endpoints may serve it. */
export interface Listener {
  readonly kind: FrontendKind
  readonly scope: Scope
  readonly family: IpFamily
  readonly address: string
  readonly port: number
  readonly servicePort: ServicePort
  readonly policy: TrafficPolicy
}

interface Address {
  readonly kind: FrontendKind
  readonly address: string
  readonly path: string
}

/** Any address of the node. */
export const anyAddress: Readonly<Record<IpFamily, string>> = { IPv4: '0.0.0.0', IPv6: '::' }

/** All that a service listens on: cluster addresses, node ports, addresses of load balancers, external addresses. */
export function listenersOf(
  service: Service,
  options: Options,
  exposed: ExposedType | undefined,
  problems: Problem[],
): Listener[] {
  const addresses = addressesOf(service, options, exposed).filter((one) => isUsable(one, service, options, problems))
  return service.spec.ports.flatMap((servicePort) =>
    addresses.flatMap(({ kind, address }) => {
      const port = kind === 'NodePort' ? servicePort.nodePort : servicePort.port
      if (port === undefined) return []
      const common = { kind, address, port, servicePort, family: familyOf(address) }
      return scopesOf(kind, options).map((scope) => ({ ...common, scope, policy: policyOf(service, kind, scope) }))
    }),
  )
}

function addressesOf(service: Service, options: Options, exposed: ExposedType | undefined): Address[] {
  const { type, clusterIPs, ipFamilies, externalIPs } = service.spec
  const shows = (one: ExposedType): boolean => exposed === undefined || exposed === one
  const hasNodePorts = type !== 'ClusterIP' && options.nodePort && shows('NodePort')
  const ingress = type === 'LoadBalancer' && shows('LoadBalancer') ? service.status.loadBalancer.ingress : []
  return [
    ...(shows('ClusterIP') ? many('ClusterIP', clusterIPs, 'spec.clusterIPs') : []),
    ...ingress.flatMap(({ ip, ipMode }, i) =>
      ip === undefined || ipMode === 'Proxy'
        ? []
        : [{ kind: 'LoadBalancer' as const, address: ip, path: ingressPath(i) }],
    ),
    ...(options.externalIps ? many('ExternalIP', externalIPs, 'spec.externalIPs') : []),
    ...(hasNodePorts
      ? many(
          'NodePort',
          ipFamilies.map((family) => anyAddress[family]),
          'spec.ipFamilies',
        )
      : []),
  ]
}

function many(kind: FrontendKind, addresses: readonly string[], path: string): Address[] {
  return addresses.map((address, i) => ({ kind, address, path: `${path}[${i}]` }))
}

function ingressPath(index: number): string {
  return `status.loadBalancer.ingress[${index}].ip`
}

/** A family that is switched off is nobody's fault; one that the service does not have is. */
function isUsable({ address, path }: Address, { spec }: Service, { families }: Options, problems: Problem[]): boolean {
  const family = familyOf(address)
  if (!families.includes(family)) return false
  if (spec.ipFamilies.includes(family)) return true
  const message = `${address} is ${family}, but the service has only ${spec.ipFamilies.join(', ')} (spec.ipFamilies): it is left out`
  problems.push({ path, message })
  return false
}

/** Cluster addresses are for inside alone, unless the option says otherwise. */
function scopesOf(kind: FrontendKind, { externalClusterIp }: Options): readonly Scope[] {
  return kind === 'ClusterIP' && !externalClusterIp ? ['internal'] : ['internal', 'external']
}

/**
 * As kube-proxy has it: `internalTrafficPolicy` is about cluster addresses, `externalTrafficPolicy` about what comes from
 * outside to all others; from inside those lead to every endpoint (“short circuit”).
 */
function policyOf({ spec }: Service, kind: FrontendKind, scope: Scope): TrafficPolicy {
  if (kind === 'ClusterIP') return spec.internalTrafficPolicy
  return scope === 'external' ? spec.externalTrafficPolicy : 'Cluster'
}

export function familyOf(address: string): IpFamily {
  return address.includes(':') ? 'IPv6' : 'IPv4'
}
