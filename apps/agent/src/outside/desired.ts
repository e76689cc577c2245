import { type Backend, type Deviation, forLoadBalancer, type Frontend } from '@skep/services'
import type { EngineModel } from '@skep/lb-engine'
import type { PortRange } from '../options/catalogue/outside.ts'

/** What packets from outside shall meet. */
export interface OutsideDesired {
  readonly services: EngineModel['services']
  readonly hostAddresses: readonly string[]
  readonly deviations: readonly Deviation[]
}

export interface OutsideInputs {
  readonly frontends: Iterable<Frontend>
  readonly backends: Iterable<Backend>
  /** Backends that there were in the round before, and that are no more. */
  readonly gone: readonly Backend[]
  /** Of all nodes. */
  readonly cluster: readonly string[]
  /** Of this node. */
  readonly addresses: readonly string[]
  readonly natPorts: PortRange
  /** Slots of each service; `undefined`: by its backends. */
  readonly ringSize: number | undefined
}

/** The table's external frontends as the engine takes them. Pure. */
export function outsideDesired(inputs: OutsideInputs): OutsideDesired {
  const { frontends, backends, gone, natPorts, ringSize } = inputs
  const hostAddresses = inputs.addresses.filter((address) => !isLoopback(address))
  const byId = new Map([...backends].map((backend) => [backend.id, backend]))
  const { desired, deviations } = forLoadBalancer(frontends, (id) => byId.get(id), {
    nodeAddresses: hostAddresses,
    // The engine asks the routes; where replies come to is told by the node's addresses and the ports.
    sourceTowards: () => undefined,
    natPorts: { min: natPorts.from, max: natPorts.to },
    gone,
  })
  const nodes = new Set([...inputs.cluster, ...hostAddresses])
  const services = desired.services.map((service) => ({
    ...service,
    ...(ringSize !== undefined && { ringSize }),
    // What ends DSR stands before pods: a backend in its node's own network gets translated packets.
    ...(service.backends.some(({ address }) => nodes.has(address)) && { mode: 'snat' as const }),
  }))
  return { services, hostAddresses, deviations }
}

/** Addresses of the backends that are on this node, but are not the node itself. Pure. */
export function ownPods(backends: Iterable<Backend>, nodeName: string, addresses: readonly string[]): string[] {
  const node = new Set(addresses)
  const own = [...backends].filter((one) => one.nodeName === nodeName && !node.has(one.address))
  return [...new Set(own.map(({ address }) => address))]
}

function isLoopback(address: string): boolean {
  return address === '::1' || address.startsWith('127.')
}
