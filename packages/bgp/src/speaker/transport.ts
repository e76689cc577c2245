import type { Duplex } from 'node:stream'

/** How far a peer is, and what is known of it before a connection. */
export interface Hops {
  /** Time to live of what is sent: 1 for a neighbour in another AS, more for multihop; absent: the system's. */
  readonly hops?: number | undefined
  /** GTSM (RFC 5082): what arrives with fewer hops left is dropped. */
  readonly minHops?: number | undefined
}

/** Where to connect, and how. */
export interface Target extends Hops {
  readonly address: string
  readonly port: number
  /** Our address; absent: what the route prefers. */
  readonly source?: string | undefined
  /** The device that everything goes by; of a link-local address it says where. */
  readonly device?: string | undefined
  /** TCP MD5 (RFC 2385). */
  readonly password?: string | undefined
}

/** A connection that is open. */
export interface Link {
  readonly stream: Duplex
  readonly local: string
  readonly remote: string
}

/** A connection that somebody has opened to us, not taken yet. */
export interface Incoming extends Disposable {
  readonly remote: string
  /** The index of the device, where the address is link-local. */
  readonly device?: number | undefined
  /** Sets the hops and takes the connection. */
  take(hops: Hops): Link
}

export interface Listener extends Disposable {
  /** Has connections of this peer signed with the password, or no more signed. */
  setPassword(peer: string, password: string | undefined): void
}

/** Where connections come from. */
export interface Transport {
  /** Fails with the reason in words. */
  connect(target: Target, signal: AbortSignal): Promise<Link>
  /** Listens on our address and port, which `0.0.0.0` and `::` make all of a family. */
  listen(address: string, port: number, accept: (incoming: Incoming) => void): Listener
}
