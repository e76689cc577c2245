import type { Header, LayerKind, Reading, ReadPlace } from './header.ts'
import { Icmpv4Type } from './headers/icmpv4.ts'
import { Icmpv6Type } from './headers/icmpv6.ts'
import type { Layer, Layers, LayerSpec } from './layers.ts'
import { headers } from './layers.ts'

/** One thing that is wrong with a packet. */
export interface Trouble {
  readonly layer: LayerKind
  /** Where the header starts, in bytes. */
  readonly offset: number
  readonly message: string
}

/** A packet taken apart. `packet.ipv4` and so on are the outermost of their kind; `layers` has all, tunnels' inner ones too. */
export interface Packet extends Partial<Layers> {
  readonly bytes: Uint8Array
  /** Outermost first. `build(...layers, payload, trailer(packet.trailer))` gives the same bytes again. */
  readonly layers: readonly Layer[]
  /** What the last layer carries. */
  readonly payload: Uint8Array
  /** Bytes beyond what the headers' lengths say: Ethernet padding. */
  readonly trailer: Uint8Array
  /** The packet that an ICMP error quotes, as far as it is there; its cut-off end is no trouble. */
  readonly quote?: Packet
  readonly troubles: readonly Trouble[]
  /** {@link troubles} on one line; undefined when there are none. */
  readonly trouble?: string
}

/** How to take a packet apart. */
export interface DissectOptions {
  /** What the bytes start with; `ip` for tun devices and tunnels. Default: `ethernet`. */
  readonly link?: 'ethernet' | 'ip'
}

/** Takes a packet apart, as far as it can be read, and verifies lengths and checksums. Never throws: `trouble` says what is wrong. */
export function dissect(bytes: Uint8Array, options: DissectOptions = {}): Packet {
  return read(bytes, options.link ?? 'ethernet', false)
}

function read(bytes: Uint8Array, link: 'ethernet' | 'ip', quote: boolean): Packet {
  const { layers, troubles, start, end } = readLayers(bytes, link, quote)
  const payload = bytes.subarray(start, end)
  return {
    ...Object.fromEntries(layers.toReversed().map((layer) => [layer.kind, layer])),
    bytes,
    layers,
    payload,
    trailer: bytes.subarray(end),
    ...(quotesPacket(layers.at(-1)) && !quote && payload.length > 0 && { quote: read(payload, 'ip', true) }),
    troubles,
    ...(troubles.length > 0 && { trouble: troubles.map(troubleText).join('; ') }),
  }
}

type State = Pick<ReadPlace, 'start' | 'end' | 'pseudo' | 'partial' | 'etherType' | 'previous'>

function readLayers(
  bytes: Uint8Array,
  link: 'ethernet' | 'ip',
  quote: boolean,
): State & { layers: Layer[]; troubles: Trouble[] } {
  const layers: Layer[] = []
  const troubles: Trouble[] = []
  let state: State = {
    start: 0,
    end: bytes.length,
    pseudo: undefined,
    partial: quote,
    etherType: undefined,
    previous: undefined,
  }
  let next: LayerKind | undefined = link === 'ethernet' ? 'ethernet' : ipVersion(bytes)
  while (next !== undefined) {
    const kind: LayerKind = next
    const offset = state.start
    const trouble = (message: string): void => void troubles.push({ layer: kind, offset, message })
    const reading = headerOf(kind).read({ ...state, bytes, quote, trouble })
    if (reading === undefined) break
    layers.push(reading.layer)
    state = after(state, reading)
    next = reading.next
  }
  return { ...state, layers, troubles }
}

function after(state: State, reading: Reading<Layer>): State {
  return {
    start: state.start + reading.size,
    end: reading.end ?? state.end,
    pseudo: reading.pseudo ?? state.pseudo,
    partial: reading.partial ?? state.partial,
    etherType: reading.etherType,
    previous: reading.layer.kind,
  }
}

function headerOf(kind: LayerKind): Header<LayerSpec, Layer> {
  return headers[kind]
}

function ipVersion(bytes: Uint8Array): LayerKind {
  return bytes[0] !== undefined && bytes[0] >>> 4 === 6 ? 'ipv6' : 'ipv4'
}

const errorTypes: ReadonlySet<number> = new Set([
  Icmpv4Type.unreachable,
  Icmpv4Type.redirect,
  Icmpv4Type.timeExceeded,
  Icmpv4Type.parameterProblem,
])

function quotesPacket(layer: Layer | undefined): boolean {
  if (layer?.kind === 'icmpv4') return errorTypes.has(layer.type)
  return layer?.kind === 'icmpv6' && layer.type >= Icmpv6Type.unreachable && layer.type <= Icmpv6Type.parameterProblem
}

function troubleText(trouble: Trouble): string {
  return `${trouble.layer} at ${trouble.offset}: ${trouble.message}`
}
