/** `IFF_*`, by the names that `ip link` shows. */
export const linkFlags = {
  UP: 0x1,
  BROADCAST: 0x2,
  DEBUG: 0x4,
  LOOPBACK: 0x8,
  POINTOPOINT: 0x10,
  NOTRAILERS: 0x20,
  RUNNING: 0x40,
  NOARP: 0x80,
  PROMISC: 0x100,
  ALLMULTI: 0x200,
  MASTER: 0x400,
  SLAVE: 0x800,
  MULTICAST: 0x1000,
  PORTSEL: 0x2000,
  AUTOMEDIA: 0x4000,
  DYNAMIC: 0x8000,
  LOWER_UP: 0x10000,
  DORMANT: 0x20000,
  ECHO: 0x40000,
} as const

export type LinkFlag = keyof typeof linkFlags

/** `operstate` by its number (RFC 2863, as `ip link` spells it). */
export const operStates = {
  UNKNOWN: 0,
  NOTPRESENT: 1,
  DOWN: 2,
  LOWERLAYERDOWN: 3,
  TESTING: 4,
  DORMANT: 5,
  UP: 6,
} as const

export type OperState = keyof typeof operStates

/** `ARPHRD_*`, by the names that `ip link` shows after `link/`. */
export const linkTypes = {
  ether: 1,
  infiniband: 32,
  ppp: 512,
  ipip: 768,
  tunnel6: 769,
  loopback: 772,
  sit: 776,
  gre: 778,
  gre6: 823,
  netlink: 824,
  none: 65534,
} as const

export type LinkType = keyof typeof linkTypes
