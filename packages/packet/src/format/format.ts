import { hex } from '../bytes/reader.ts'
import { byNextHeader, byProtocol } from '../dispatch.ts'
import type { Packet } from '../dissect.ts'
import { dissect } from '../dissect.ts'
import type { Header, LayerKind } from '../header.ts'
import type { Layer, Layers, LayerSpec } from '../layers.ts'
import { headers } from '../layers.ts'
import { IpProtocol } from '../protocols.ts'
import { printArp } from './arp.ts'
import { cutOff, cutTransport } from './cut-off.ts'
import { printIcmpv4 } from './icmpv4.ts'
import { printIcmpv6 } from './icmpv6.ts'
import { printFragment, printIpv4, printIpv6, printRouting } from './ip.ts'
import type { Place, Print } from './place.ts'
import { printTcp } from './tcp.ts'
import { printUdp } from './udp.ts'

/**
 * Prints a packet on one line, as `tcpdump -n -t -S` does. Payload is not looked into, but for the first line of HTTP.
 * What tcpdump dumps as hex is left out.
 */
export function format(packet: Packet | Uint8Array): string {
  const read = 'layers' in packet ? packet : dissect(packet)
  let text = ''
  let place = firstPlace(read)
  for (const [i, layer] of read.layers.entries()) {
    place = { ...place, next: read.layers[i + 1]?.kind ?? cutTransport(read) }
    text += printerOf(layer.kind)(layer, place)
    place = after(layer, place)
  }
  return `${text}${rest(read, place)}`.trimEnd()
}

const printers: { readonly [Kind in LayerKind]: Print<Layers[Kind]> } = {
  ethernet: () => '',
  vlan: () => '',
  arp: printArp,
  ipv4: printIpv4,
  ipv6: printIpv6,
  hopByHop: () => 'HBH ',
  routing: printRouting,
  fragment: printFragment,
  destinationOptions: () => 'DSTOPT ',
  tcp: printTcp,
  udp: printUdp,
  icmpv4: printIcmpv4,
  icmpv6: printIcmpv6,
}

function printerOf(kind: LayerKind): Print<Layer> {
  return printers[kind] as Print<Layer>
}

function firstPlace(packet: Packet): Place {
  return { packet, previous: undefined, next: undefined, length: packet.bytes.length, ip: undefined, fragmented: false }
}

function after(layer: Layer, place: Place): Place {
  const header: Header<LayerSpec, Layer> = headers[layer.kind]
  const behind = { ...place, previous: layer.kind, length: place.length - header.size(layer) }
  if (layer.kind === 'ipv4')
    return { ...behind, ip: layer, length: layer.totalLength - layer.ihl * 4, fragmented: layer.moreFragments }
  if (layer.kind === 'ipv6') return { ...behind, ip: layer, length: layer.payloadLength, fragmented: false }
  return layer.kind === 'fragment' ? { ...behind, fragmented: true } : behind
}

/** What stands where no layer could be read. */
function rest(packet: Packet, place: Place): string {
  const last = packet.layers.at(-1)
  const broken = packet.troubles.at(-1)
  if (last === undefined) return cutOff(broken?.layer ?? 'ethernet', place)
  switch (last.kind) {
    case 'ethernet':
    case 'vlan':
      return broken === undefined ? unknownType(packet, last.type) : cutOff(broken.layer, place)
    case 'ipv4':
      return last.fragmentOffset > 0 || unreadable(last) ? '' : unknownProtocol(last.protocol, byProtocol, place)
    case 'ipv6':
      return last.version === 6 ? unknownProtocol(last.nextHeader, byNextHeader, place) : ''
    case 'fragment':
      return last.fragmentOffset > 0 ? '' : unknownProtocol(last.nextHeader, byNextHeader, place)
    case 'hopByHop':
    case 'routing':
    case 'destinationOptions':
      return unknownProtocol(last.nextHeader, byNextHeader, place)
    default:
      return ''
  }
}

function unreadable(layer: Layers['ipv4']): boolean {
  return layer.version !== 4 || layer.ihl < 5 || layer.totalLength < layer.ihl * 4
}

function unknownType(packet: Packet, type: number): string {
  const { src, dst } = packet.ethernet ?? { src: '', dst: '' }
  const name = type <= 1500 ? '802.3' : `ethertype Unknown (${hex(type)})`
  return `${src} > ${dst}, ${name}, length ${packet.bytes.length}`
}

function unknownProtocol(protocol: number, known: ReadonlyMap<number, LayerKind>, place: Place): string {
  const kind = known.get(protocol)
  if (kind !== undefined) return cutOff(kind, place)
  if (protocol === IpProtocol.icmpv4) return '[ICMP requires IPv4] (invalid)'
  if (protocol === IpProtocol.icmpv6) return '[ICMPv6 requires IPv6] (invalid)'
  return protocol === 59 ? 'no next header' : ` ip-proto-${protocol} ${place.length}`
}
