/** EtherTypes. A layer's name is its key. */
export const EtherType = {
  ipv4: 0x0800,
  arp: 0x0806,
  vlan: 0x8100,
  ipv6: 0x86dd,
  /** 802.1ad, the outer of two tags. */
  serviceVlan: 0x88a8,
} as const

/** IP protocol numbers (IPv6: next headers). A layer's name is its key; `ipv4` and `ipv6` are tunnels (RFC 2003, 2473, 4213). */
export const IpProtocol = {
  hopByHop: 0,
  icmpv4: 1,
  ipv4: 4,
  tcp: 6,
  udp: 17,
  ipv6: 41,
  routing: 43,
  fragment: 44,
  gre: 47,
  esp: 50,
  ah: 51,
  icmpv6: 58,
  none: 59,
  destinationOptions: 60,
  sctp: 132,
} as const
