import { arp, ArpOperation, build, ethernet, icmpv6, Icmpv6Type, ipv6 } from '@skep/packet'

const BROADCAST = 'ff:ff:ff:ff:ff:ff'
const ALL_NODES = 'ff02::1'
const ALL_NODES_MAC = '33:33:00:00:00:01'

/** The frame that tells everybody on the link whose an address is: an ARP announcement (RFC 5227, 3), or an unsolicited neighbour advertisement (RFC 4861, 7.2.6). */
export function announcement(address: string, mac: string): Uint8Array {
  return address.includes(':') ? unsolicitedAdvertisement(address, mac) : gratuitousArp(address, mac)
}

function gratuitousArp(address: string, mac: string): Uint8Array {
  return build(
    ethernet({ src: mac, dst: BROADCAST }),
    arp({ operation: ArpOperation.request, senderMac: mac, senderIp: address, targetIp: address }),
  )
}

function unsolicitedAdvertisement(address: string, mac: string): Uint8Array {
  return build(
    ethernet({ src: mac, dst: ALL_NODES_MAC }),
    ipv6({ src: address, dst: ALL_NODES, hopLimit: 255 }),
    icmpv6({
      type: Icmpv6Type.neighborAdvertisement,
      override: true,
      target: address,
      options: [{ option: 'targetLinkLayerAddress', address: mac }],
    }),
  )
}
