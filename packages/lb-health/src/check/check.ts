/** Bytes in a configuration: text, or hex digits for what is not text. */
export type Bytes = string | { readonly hex: string }

/** What every check has. */
interface Ported {
  /** Instead of the backend's own port. */
  readonly port?: number | undefined
}

/** Opens a connection; with `send` or `expect`, talks on it. */
export interface TcpCheck extends Ported {
  readonly send?: Bytes | undefined
  /** Must stand somewhere in the first 64 KiB of the answer. */
  readonly expect?: Bytes | undefined
  /**
   * Ends the connection with a reset: no TIME_WAIT is left on this host, but a backend may log it as an error (or, if it
   * is written carelessly, fall over it).
   */
  readonly reset: boolean
}

/** How a TLS server is looked at. */
export interface TlsOptions {
  /** Sent as SNI, and what the certificate must be for if it is verified. */
  readonly serverName?: string | undefined
  /** Whether the certificate must be valid. By default any will do: the question is whether the backend serves. */
  readonly verify: boolean
  /** A file of PEM certificates to trust instead of the system's. */
  readonly caFile?: string | undefined
}

/** Completes a TLS handshake. */
export interface TlsCheck extends Ported, TlsOptions {}

/** Asks by HTTP/1.1 on a new connection. */
export interface HttpCheck extends Ported {
  readonly method: 'GET' | 'HEAD'
  readonly path: string
  /** The `Host` header; the backend's address otherwise. */
  readonly host?: string | undefined
  /** Like `200`, `200-299`. */
  readonly expectedStatus: readonly string[]
  /** Must stand somewhere in the first 64 KiB of the body. */
  readonly bodyContains?: string | undefined
}

export interface HttpsCheck extends HttpCheck, TlsOptions {}

/** Sends a datagram. */
export interface UdpCheck extends Ported {
  readonly send: Bytes
  readonly expect?: Bytes | undefined
  /** `optional`: silence is fine, only an ICMP error counts as a failure. */
  readonly reply: 'required' | 'optional'
}

/** Asks `grpc.health.v1.Health/Check`; only SERVING passes. */
export interface GrpcCheck extends Ported {
  /** Empty: the server as a whole. */
  readonly service: string
  /** The `:authority`; the backend's address otherwise. */
  readonly host?: string | undefined
  readonly tls?: TlsOptions | undefined
}

/** Runs a program: exit status 0 passes. It finds SKEP_CHECK_ADDRESS and SKEP_CHECK_PORT in its environment. */
export interface ScriptCheck extends Ported {
  /** Program and arguments; no shell in between. */
  readonly command: readonly string[]
  /** Who it runs as; nobody otherwise. Never root. */
  readonly user?: string | undefined
  /** What else is in its environment, beside PATH and HOME. Nothing of the environment of the process that checks is. */
  readonly env?: Readonly<Record<string, string>> | undefined
}

/** How results become health. */
export interface Policy {
  readonly intervalSeconds: number
  /** At most the interval. */
  readonly timeoutSeconds: number
  /** Passes in a row that bring a backend up. */
  readonly rise: number
  /** Failures in a row that take it down. */
  readonly fall: number
  /** How long the weight of a backend that comes up grows to its full value; 0 = at once. */
  readonly slowStartSeconds: number
  /** The part of the interval by which each check may be late, at random. */
  readonly jitter: number
  /** Per cent: with fewer backends up than this, the check is not believed and all are used. 0 = always believed. */
  readonly panicThreshold: number
  /** What becomes of the connections of a backend that fails. */
  readonly onFailure: 'keep' | 'reset'
  /**
   * `datapath`: probes take the way of real traffic where that is not the way to the backend's own address (`via`).
   * `direct`: always to its own address. Whoever hands backends over heeds it.
   */
  readonly through: 'datapath' | 'direct'
}

/** The kinds of check, by the key that they have in a configuration. */
export interface Kinds {
  readonly tcp: TcpCheck
  readonly http: HttpCheck
  readonly https: HttpsCheck
  readonly tls: TlsCheck
  readonly udp: UdpCheck
  readonly grpc: GrpcCheck
  readonly script: ScriptCheck
}

export type Kind = keyof Kinds

export const kinds: readonly Kind[] = ['tcp', 'http', 'https', 'tls', 'udp', 'grpc', 'script']

/** A service's check as configured: exactly one kind, and the policy. */
export interface HealthCheck extends Policy {
  readonly tcp?: TcpCheck | undefined
  readonly http?: HttpCheck | undefined
  readonly https?: HttpsCheck | undefined
  readonly tls?: TlsCheck | undefined
  readonly udp?: UdpCheck | undefined
  readonly grpc?: GrpcCheck | undefined
  readonly script?: ScriptCheck | undefined
}

/** A check of one kind. */
export type ProbeSpec = { [K in Kind]: { readonly kind: K; readonly spec: Kinds[K] } }[Kind]

/** The kind that a valid check is of. */
export function probeOf(check: HealthCheck): ProbeSpec {
  const kind = kinds.find((kind) => check[kind] !== undefined)
  if (kind === undefined) throw new TypeError('a health check without a kind: parse it with healthCheckSchema first')
  return { kind, spec: check[kind] } as ProbeSpec
}
