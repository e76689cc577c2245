import { type LbConfig, natEntryOffsets as at } from '@skep/datapath/lb-xdp'
import { formatEndpoint, type LbMaps, readService, readServices, readSource } from '@skep/lb-maps'
import { type Address, formatAddress, tryParseAddress } from '@skep/packet'
import { type ConnectionState, connectionStates, type NatMaps, NatTable } from '@skep/lb-engine'
import type { Declared } from '../status/last-config.ts'
import { protocolName } from '../status/protocol.ts'
import { frontendOf } from '../status/services.ts'
import { type EndpointPattern, matchesEndpoint } from './endpoint.ts'
import type { Column } from './format.ts'

/** A connection, as `skep-lb get connections` shows it. */
export interface ConnectionRow {
  readonly protocol: string
  /** `198.51.100.7:40000` */
  readonly client: string
  /** `null`: the service is gone, and its connections with it. */
  readonly frontend: string | null
  readonly service: string | null
  readonly backend: string
  /** Own address and NAT port, which the backend sees as the client. */
  readonly source: string
  readonly state: ConnectionState
  /** Since its last packet. */
  readonly idleSeconds: number
  /** Until its place may be taken over, if nothing comes. */
  readonly expiresSeconds: number
  /** The member that it was opened to. */
  readonly member: number
}

/** Which connections to show; what is missing excludes none. */
export interface ConnectionFilter {
  readonly client?: EndpointPattern
  readonly backend?: EndpointPattern
  /** A service's name, or a frontend. */
  readonly service?: string
  readonly states?: readonly ConnectionState[]
}

export const connectionColumns: readonly Column<ConnectionRow>[] = [
  { title: 'PROTO', of: ({ protocol }) => protocol },
  { title: 'CLIENT', of: ({ client }) => client },
  { title: 'FRONTEND', of: ({ frontend }) => frontend },
  { title: 'BACKEND', of: ({ backend }) => backend },
  { title: 'STATE', of: ({ state }) => state },
  { title: 'IDLE', of: ({ idleSeconds }) => `${idleSeconds} s` },
  { title: 'SOURCE', of: ({ source }) => source, wide: true },
  { title: 'EXPIRES', of: ({ expiresSeconds }) => `${expiresSeconds} s`, wide: true },
  { title: 'SERVICE', of: ({ service }) => service, wide: true },
  { title: 'MEMBER', of: ({ member }) => member, wide: true },
]

/** What connections are read from. */
export interface ConnectionSource {
  readonly tables: NatMaps
  readonly maps: LbMaps
  readonly config: LbConfig
  readonly declared: Declared
  /** The kernel's, now; read where it is missing. */
  readonly jiffies?: bigint
}

/** The connections in the table, one after the other: a million need no more memory than one. */
export function* connections(source: ConnectionSource, filter: ConnectionFilter = {}): Generator<ConnectionRow> {
  using table = new NatTable(source.tables, source.config, source.jiffies)
  const reader = new ConnectionReader(table, source)
  const services = filter.service === undefined ? undefined : servicesNamed(source, filter.service)
  for (const entry of table.live()) {
    if (services?.has(table.view.getUint32(entry + at.service, true)) === false) continue
    if (filter.states?.includes(connectionStates[table.state(entry)] ?? 'closed') === false) continue
    if (filter.client && !reader.matches(filter.client, entry, at.client, at.clientPort)) continue
    if (filter.backend && !reader.matches(filter.backend, entry, at.backend, at.backendPort)) continue
    yield reader.row(entry)
  }
}

/** The ids of the services that have this name, or this frontend, with or without its protocol. */
export function servicesNamed(
  { maps, declared }: Pick<ConnectionSource, 'maps' | 'declared'>,
  text: string,
): Set<number> {
  const wanted = canonicalFrontend(text)
  const ids = new Set<number>()
  for (const service of readServices(maps)) {
    const frontend = frontendOf(service)
    const names = [frontend, frontend.replace(/\/\w+$/, ''), declared.service(frontend)?.name]
    if (names.includes(wanted)) ids.add(service.id)
  }
  return ids
}

/** `[2001:DB8::0:1]:80/tcp` as the tables have it: `[2001:db8::1]:80/TCP`. */
function canonicalFrontend(text: string): string {
  const [, v6, v4, port = '', protocol = ''] = /^(?:\[(.+)\]|([\d.]+)):(\d+)(\/\w+)?$/.exec(text) ?? []
  const address = tryParseAddress(v6 ?? v4 ?? '')
  return address === undefined
    ? text
    : `${formatEndpoint(formatAddress(address), Number(port))}${protocol.toUpperCase()}`
}

class ConnectionReader {
  readonly #table: NatTable
  readonly #source: ConnectionSource

  constructor(table: NatTable, source: ConnectionSource) {
    this.#table = table
    this.#source = source
  }

  row(entry: number): ConnectionRow {
    const { view } = this.#table
    const member = view.getUint32(entry + at.member, true)
    const frontend = this.#frontend(entry)
    const own = readSource(this.#source.maps, view.getUint32(entry + at.source, true)) ?? 'none'
    const idleSeconds = this.#table.idleSeconds(entry)
    return {
      protocol: protocolName(view.getUint8(entry + at.protocol)),
      client: this.#endpoint(entry, at.client, at.clientPort),
      frontend,
      service: (frontend === null ? undefined : this.#source.declared.service(frontend)?.name) ?? null,
      backend: this.#endpoint(entry, at.backend, at.backendPort),
      source: formatEndpoint(own, view.getUint16(entry + at.natPort)),
      state: connectionStates[this.#table.state(entry)] ?? 'closed',
      idleSeconds,
      expiresSeconds: Math.max(0, this.#table.timeoutSeconds(entry) - idleSeconds),
      member,
    }
  }

  matches(pattern: EndpointPattern, entry: number, address: number, port: number): boolean {
    return matchesEndpoint(pattern, this.#address(entry, address), this.#table.view.getUint16(entry + port))
  }

  #endpoint(entry: number, address: number, port: number): string {
    return formatEndpoint(formatAddress(this.#address(entry, address)), this.#table.view.getUint16(entry + port))
  }

  /** The bytes stand in network order, those of IPv4 first. */
  #address(entry: number, offset: number): Address {
    const { view } = this.#table
    const family = view.getUint8(entry + at.family) === AF_INET ? 4 : 6
    return { family, bytes: new Uint8Array(view.buffer, view.byteOffset + entry + offset, family === 4 ? 4 : 16) }
  }

  /** An id may have been given to another frontend since. */
  #frontend(entry: number): string | null {
    const { view } = this.#table
    const service = readService(this.#source.maps, view.getUint32(entry + at.service, true))
    if (service?.generation !== view.getUint16(entry + at.generation, true)) return null
    return frontendOf(service)
  }
}

const AF_INET = 2
