/** A transport protocol that a frontend listens on. */
export type Protocol = 'TCP' | 'UDP'

/** An address and port that clients connect to. Each frontend becomes one service of the datapath, with an id of its own. */
export interface Frontend {
  /** IPv4 or IPv6, as text. */
  readonly address: string
  /** 1 to 65535. */
  readonly port: number
  readonly protocol: Protocol
}

/** Where connections go. A backend of a service becomes a member of each of its frontends. */
export interface Backend {
  /** Of the frontends' family: source addresses are translated inside one family. */
  readonly address: string
  /** 1 to 65535. */
  readonly port: number
  /** Share of the connections, relative to the other backends; 1 when left out, 0 takes no new connections (maintenance). */
  readonly weight?: number
}

/** One service: what is asked of the load balancer, in plain values. */
export interface Service {
  /** Only for messages: services are told apart by their frontends. */
  readonly name: string
  readonly frontends: readonly Frontend[]
  /** How a new connection's backend is chosen. */
  readonly algorithm?: 'maglev'
  readonly backends: readonly Backend[]
  /** Slots of the ring, a power of two. Left out, it follows from the number of backends (see `ringSizeFor`). */
  readonly ringSize?: number
}

/** Everything that the maps shall hold. */
export interface Desired {
  readonly services: readonly Service[]
  /** By backend address: the load balancer's own address that packets to this backend carry as source. */
  readonly sources: ReadonlyMap<string, string>
}

/** `10.0.0.1:80/TCP`, `[2001:db8::1]:80/TCP`: how messages name a frontend. */
export function formatFrontend({ address, port, protocol }: Frontend): string {
  return `${formatEndpoint(address, port)}/${protocol}`
}

/** `10.0.0.1:80`, `[2001:db8::1]:80`. */
export function formatEndpoint(address: string, port: number): string {
  return address.includes(':') ? `[${address}]:${port}` : `${address}:${port}`
}
