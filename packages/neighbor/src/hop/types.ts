/** A neighbour that packets are sent to: a router, or a host on the link itself. */
export interface NextHop {
  /** The device's index. */
  readonly index: number
  /** IPv4 or IPv6. */
  readonly address: string
}

/** A next hop, and how many destinations are reached by it. */
export interface CountedHop extends NextHop {
  readonly users: number
}
