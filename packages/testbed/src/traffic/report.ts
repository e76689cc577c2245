/** One request that failed. */
export interface TrafficFailure {
  /** Milliseconds since the traffic began. */
  readonly atMs: number
  /** Milliseconds from the request's start to its failure. */
  readonly afterMs: number
  /** What was awaited: the connection, the server's greeting or answer. */
  readonly phase: 'connect' | 'response'
  /** A system error's code (`ECONNRESET`), `timeout`, `status 503`, `closed early`, `wrong echo`. */
  readonly reason: string
  /** The client's port, where it was known. */
  readonly sourcePort?: number
}

/** Milliseconds. */
export interface Latency {
  readonly min: number
  readonly mean: number
  readonly p50: number
  readonly p90: number
  readonly p99: number
  readonly p999: number
  readonly max: number
}

/** How far the traffic is. */
export interface TrafficProgress {
  /** Requests that ended, well or not. */
  readonly requests: number
  readonly succeeded: number
  readonly failed: number
  readonly elapsedMs: number
  /** Requests answered, by the server that said so. */
  readonly perServer: Readonly<Record<string, number>>
}

/** What came of the traffic. */
export interface TrafficReport extends TrafficProgress {
  /** Connections (for UDP: sockets) that were opened. */
  readonly connections: number
  /** The first 10,000 failures, in order. */
  readonly failures: readonly TrafficFailure[]
  /** All failures, by phase and reason: `connect: timeout`. */
  readonly failuresByReason: Readonly<Record<string, number>>
  /** Of the requests that succeeded, connecting included. */
  readonly latency: Latency
  /** Requests that ended, a second. */
  readonly perSecond: number
  /** The server of each source port, where `sourcePorts` were given. */
  readonly flows: Readonly<Record<number, string>>
}

/** A request's success, as a client tells it. */
export interface Answer {
  readonly server: string
  readonly sourcePort?: number | undefined
}

/** How a client tells that a request failed. */
export class RequestFailure extends Error {
  readonly phase: TrafficFailure['phase']
  readonly sourcePort: number | undefined

  constructor(phase: TrafficFailure['phase'], reason: string, sourcePort?: number) {
    super(reason)
    this.phase = phase
    this.sourcePort = sourcePort
  }
}
