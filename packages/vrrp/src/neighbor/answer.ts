import {
  arp,
  ArpOperation,
  build,
  dissect,
  ethernet,
  formatMac,
  icmpv6,
  Icmpv6Type,
  ipv6,
  type Packet,
  parseIpv6,
} from '@skep/packet'

/**
 * The answer to an ARP request (RFC 826, probes of RFC 5227 included) or a neighbour solicitation (RFC 4861, 7.2.3) for
 * an address that `owns` says is ours; `undefined` for everything else, broken frames included. Pure.
 */
export function answer(frame: Uint8Array, mac: string, owns: (address: string) => boolean): Uint8Array | undefined {
  const packet = dissect(frame)
  if (packet.trouble !== undefined) return undefined
  return packet.arp ? answerArp(packet, mac, owns) : answerSolicitation(packet, mac, owns)
}

function answerArp({ arp: asked }: Packet, mac: string, owns: (address: string) => boolean): Uint8Array | undefined {
  if (asked?.operation !== ArpOperation.request || !owns(asked.targetIp)) return undefined
  // Somebody else announces it as its own: no question.
  if (asked.senderIp === asked.targetIp) return undefined
  const { senderMac, senderIp, targetIp } = asked
  return build(
    ethernet({ src: mac, dst: senderMac }),
    arp({
      operation: ArpOperation.reply,
      senderMac: mac,
      senderIp: targetIp,
      targetMac: senderMac,
      targetIp: senderIp,
    }),
  )
}

function answerSolicitation(
  { ethernet: link, ipv6: ip, icmpv6: asked }: Packet,
  mac: string,
  owns: (address: string) => boolean,
): Uint8Array | undefined {
  if (link === undefined || ip?.hopLimit !== 255 || asked?.type !== Icmpv6Type.neighborSolicitation) return undefined
  const { target, code } = asked
  if (target === undefined || code !== 0 || !owns(target)) return undefined
  // Without a source it asks whether the address is free: everybody is told that it is not.
  const probe = ip.src === '::'
  return build(
    ethernet({ src: mac, dst: probe ? '33:33:00:00:00:01' : link.src }),
    ipv6({ src: target, dst: probe ? 'ff02::1' : ip.src, hopLimit: 255 }),
    icmpv6({
      type: Icmpv6Type.neighborAdvertisement,
      solicited: !probe,
      override: true,
      target,
      options: [{ option: 'targetLinkLayerAddress', address: mac }],
    }),
  )
}

/** The multicast MAC that solicitations for an address are sent to (RFC 4291, 2.7.1; RFC 2464, 7). */
export function solicitedNodeMac(address: string): string {
  return formatMac(Uint8Array.of(0x33, 0x33, 0xff, ...parseIpv6(address).slice(13)))
}

/** The group that solicitations for an address are sent to (RFC 4291, 2.7.1). */
export function solicitedNodeGroup(address: string): string {
  const [a = 0, b = 0, c = 0] = parseIpv6(address).slice(13)
  return `ff02::1:ff${hex(a)}:${hex(b)}${hex(c)}`
}

function hex(byte: number): string {
  return byte.toString(16).padStart(2, '0')
}
