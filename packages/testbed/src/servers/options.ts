/** What kind of server answers. */
export type ServerKind = 'http' | 'tcp' | 'udp'

export interface ServerOptions {
  /** Who it says it is. Default: the host's name. */
  readonly name?: string
  /** Default: 80 for HTTP, 7 (echo) for TCP and UDP; 0 lets the kernel choose. */
  readonly port?: number
  /** Default: `::`, which is every IPv6 and IPv4 address. */
  readonly address?: string
}

/** What a server saw so far. */
export interface ServerStats {
  /** Accepted connections; for UDP, datagrams. */
  readonly connections: number
  /** Connections that are open now; for UDP always 0. */
  readonly open: number
  /** Requests answered: HTTP requests, chunks echoed, datagrams echoed. */
  readonly requests: number
  /** Connections (UDP: datagrams) by the client's address as the server sees it. */
  readonly peers: Readonly<Record<string, number>>
}

/** What a server's thread is started with. */
export interface ServerSetup {
  readonly kind: ServerKind
  readonly name: string
  readonly port: number
  readonly address: string
}
