import { TestbedError } from '../error.ts'
import { unknownKeys } from '../known-keys.ts'

/** How much, how fast and for how long. It ends at the first bound that is met, or when it is stopped. */
export interface Pace {
  /** Requests that are started in all. */
  readonly requests?: number
  /** Nothing is started after so long; what is under way still ends. */
  readonly durationMs?: number
  /** Requests under way at a time. Default 1. */
  readonly concurrency?: number
  /** Requests started a second, at most. Default: as fast as answers come. */
  readonly perSecond?: number
  /** A request that takes longer has failed. Default 5000. */
  readonly timeoutMs?: number
  /** Time between two progress reports. Default 100. */
  readonly progressMs?: number
}

interface Common extends Pace {
  /** Uses a connection (for UDP: a source port) for many requests. Default: a new one for each. */
  readonly keepAlive?: boolean
}

/** HTTP GETs. A status other than 2xx is a failure. */
export interface HttpTraffic extends Common {
  readonly protocol: 'http'
  /** Like `http://10.0.0.1/` or `http://[fd00::1]:8080/bytes/1000`. */
  readonly url: string
}

/** Connections to a server that greets with its name and echoes (see `tcpEcho`), or datagrams to one of `udpEcho`. */
export interface EchoTraffic extends Common {
  readonly protocol: 'tcp' | 'udp'
  readonly address: string
  readonly port: number
  /** Bytes sent and expected back with each request. Default 16. */
  readonly bytes?: number
  /**
   * Source ports to use in turn, first and last; at most as many requests are under way. The report then tells the
   * server of each, so that two runs show which flows moved. TCP connections are closed by reset, to free the port.
   */
  readonly sourcePorts?: readonly [first: number, last: number]
}

export type TrafficOptions = HttpTraffic | EchoTraffic

/** Throws {@link TestbedError} for what cannot be run. */
export function checkTraffic(options: TrafficOptions): void {
  for (const trouble of unknownKeys(options, protocolKeys(options.protocol))) throw invalid(options.protocol, trouble)
  const { requests, durationMs, concurrency, perSecond, timeoutMs } = options
  for (const [name, value] of Object.entries({ requests, durationMs, concurrency, perSecond, timeoutMs })) {
    if (value !== undefined && !(value > 0)) throw invalid(name, `${value} must be above 0`)
  }
  if (options.protocol === 'http') {
    if (URL.parse(options.url)?.protocol !== 'http:')
      throw invalid('url', `${options.url} must be like http://10.0.0.1/`)
    return
  }
  const [first, last] = options.sourcePorts ?? [1, 1]
  if (!(first > 0 && last >= first && last < 65_536))
    throw invalid('sourcePorts', `[${first}, ${last}] must be [first, last]`)
  if (options.sourcePorts && options.keepAlive)
    throw invalid('sourcePorts', 'each request needs a connection of its own')
}

const commonKeys: Readonly<Record<keyof Common | 'protocol', true>> = {
  protocol: true,
  requests: true,
  durationMs: true,
  concurrency: true,
  perSecond: true,
  timeoutMs: true,
  progressMs: true,
  keepAlive: true,
}
const echoKeys = { ...commonKeys, address: true, port: true, bytes: true, sourcePorts: true } as const
const keys: Readonly<Record<TrafficOptions['protocol'], Readonly<Record<string, true>>>> = {
  http: { ...commonKeys, url: true },
  tcp: echoKeys,
  udp: echoKeys,
}

function protocolKeys(protocol: TrafficOptions['protocol']): Readonly<Record<string, true>> {
  if (Object.hasOwn(keys, protocol)) return keys[protocol]
  throw invalid('protocol', `${JSON.stringify(protocol)} must be one of ${Object.keys(keys).join(', ')}`)
}

function invalid(option: string, trouble: string): TestbedError {
  return new TestbedError('INVALID_TRAFFIC', `traffic option ${option}`, trouble)
}
