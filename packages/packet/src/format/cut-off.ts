import { u16 } from '../bytes/reader.ts'
import { byNextHeader, byProtocol } from '../dispatch.ts'
import type { Packet } from '../dissect.ts'
import type { LayerKind } from '../header.ts'
import { icmpv6TypeText } from './icmpv6.ts'
import type { Place } from './place.ts'
import { endpoints } from './place.ts'

/** A header of which only a part is there, or none: what the part tells, and that it is cut, in tcpdump's words. */
export function cutOff(kind: LayerKind, place: Place): string {
  return (parts[kind] ?? plain(shortNames[kind] ?? kind))(place.packet.payload, place)
}

type Part = (bytes: Uint8Array, place: Place) => string

const shortNames: Partial<Record<LayerKind, string>> = {
  ethernet: 'ether',
  ipv6: 'ip6',
  hopByHop: 'hbhopt',
  destinationOptions: 'dstopt',
  icmpv4: 'icmp',
}

function plain(name: string): Part {
  return () => ` [|${name}]`
}

const parts: Partial<Record<LayerKind, Part>> = {
  ipv4: (bytes) => (bytes.length > 0 ? 'IP  [|ip]' : ' [|ip]'),
  tcp: (bytes, place) => (bytes.length < 4 ? '[|tcp]' : `${ports(bytes, place)} [|tcp]`),
  udp: (bytes, place) => {
    if (bytes.length >= 4 && place.length < 8) return `${ports(bytes, place)}truncated-udp ${place.length}`
    return place.previous === 'fragment' && bytes.length === 0 ? '' : `${ports(bytes, place)} [|udp]`
  },
  fragment: (bytes, place) => {
    if (bytes.length < 4 || place.length < 8) return ' [|frag6]'
    return `frag (${u16(bytes, 2) & 0xfff8}|${place.length - 8})`
  },
  routing: (bytes) => {
    if (bytes.length === 0) return ' [|ip6]'
    const fields = [`len=${bytes[1]}`, `type=${bytes[2]}`, `segleft=${bytes[3]}`, `last-entry=${bytes[4]}`]
    // The last entry is told of a segment routing header, and only that far.
    const known = fields.slice(0, Math.min(bytes.length - 1, bytes[2] === 4 ? 4 : 3))
    return `RT6 ${known.length > 0 ? `(${known.join(', ')} ` : ''}[|rt6]`
  },
  icmpv6: (bytes, place) => {
    if (bytes.length === 0) return place.length === 0 ? 'ICMP6, length 0 (invalid)' : ' [|icmp6]'
    return `ICMP6, ${icmpv6TypeText(bytes[0]!)} [|icmp6]`
  },
}

function ports(bytes: Uint8Array, place: Place): string {
  return bytes.length < 4 ? '' : endpoints({ srcPort: u16(bytes, 0), dstPort: u16(bytes, 2) }, place)
}

/** The transport header whose ports are there, though not all of it: then its addresses stand beside the ports. */
export function cutTransport({ layers, payload }: Packet): 'tcp' | 'udp' | undefined {
  const last = layers.at(-1)
  if (payload.length < 4 || (last?.kind !== 'ipv4' && last?.kind !== 'ipv6')) return undefined
  if (last.kind === 'ipv4' && last.fragmentOffset > 0) return undefined
  const kind = last.kind === 'ipv4' ? byProtocol.get(last.protocol) : byNextHeader.get(last.nextHeader)
  return kind === 'tcp' || kind === 'udp' ? kind : undefined
}
