import { formatIpv4, ipv4Bytes, ipv4FromBytes, parseIpv4 } from '../address/ipv4.ts'
import { formatMac, parseMac } from '../address/mac.ts'
import { hex, u16 } from '../bytes/reader.ts'
import { HeaderWriter } from '../bytes/writer.ts'
import type { Fields, Header, ReadPlace, Spec } from '../header.ts'
import { hasRoom } from '../header.ts'
import { EtherType } from '../protocols.ts'

/** ARP operations. */
export const ArpOperation = { request: 1, reply: 2 } as const

/** An ARP packet for IPv4 over Ethernet (RFC 826). */
export interface Arp {
  readonly kind: 'arp'
  readonly hardwareType: number
  readonly protocolType: number
  readonly hardwareLength: number
  readonly protocolLength: number
  /** {@link ArpOperation}. */
  readonly operation: number
  readonly senderMac: string
  readonly senderIp: string
  readonly targetMac: string
  readonly targetIp: string
}

type Needed = 'operation' | 'senderMac' | 'senderIp' | 'targetIp'
export type ArpSpec = Spec<Arp, Needed>

/** An ARP packet; the target's MAC defaults to zero, as in a request. */
export function arp(fields: Fields<Arp, Needed>): ArpSpec {
  return { kind: 'arp', ...fields }
}

export const arpHeader: Header<ArpSpec, Arp> = {
  size: () => 28,

  write(layer, place) {
    new HeaderWriter(place.bytes, place.start, 'arp')
      .u16('hardwareType', layer.hardwareType ?? 1)
      .u16('protocolType', layer.protocolType ?? EtherType.ipv4)
      .u8('hardwareLength', layer.hardwareLength ?? 6)
      .u8('protocolLength', layer.protocolLength ?? 4)
      .u16('operation', layer.operation)
      .parsed('senderMac', layer.senderMac, parseMac)
      .parsed('senderIp', layer.senderIp, parseIp)
      .parsed('targetMac', layer.targetMac ?? '00:00:00:00:00:00', parseMac)
      .parsed('targetIp', layer.targetIp, parseIp)
  },

  read(place) {
    if (!hasRoom(place, 8) || !isIpv4OverEthernet(place) || !hasRoom(place, 28)) return undefined
    const { bytes, start } = place
    const mac = (at: number): string => formatMac(bytes.subarray(start + at, start + at + 6))
    const ip = (at: number): string => formatIpv4(ipv4FromBytes(bytes, start + at))
    const layer: Arp = {
      kind: 'arp',
      hardwareType: u16(bytes, start),
      protocolType: u16(bytes, start + 2),
      hardwareLength: bytes[start + 4]!,
      protocolLength: bytes[start + 5]!,
      operation: u16(bytes, start + 6),
      senderMac: mac(8),
      senderIp: ip(14),
      targetMac: mac(18),
      targetIp: ip(24),
    }
    return { layer, size: 28, end: start + 28 }
  },
}

function parseIp(text: string): Uint8Array {
  return ipv4Bytes(parseIpv4(text))
}

function isIpv4OverEthernet(place: ReadPlace): boolean {
  const { bytes, start } = place
  const found = [u16(bytes, start), u16(bytes, start + 2), bytes[start + 4]!, bytes[start + 5]!] as const
  const [hardware, protocol, hardwareLength, protocolLength] = found
  if (hardware === 1 && protocol === EtherType.ipv4 && hardwareLength === 6 && protocolLength === 4) return true
  const [hardwareText, protocolText] = [
    `${hardware} (${hardwareLength} bytes)`,
    `${hex(protocol)} (${protocolLength} bytes)`,
  ]
  place.trouble(`is for hardware type ${hardwareText} and protocol ${protocolText}, not for IPv4 over Ethernet`)
  return false
}
