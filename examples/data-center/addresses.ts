/** How a service's packets reach its backends; its address is served by all three load balancers. */
export const kinds = ['stable', 'moving', 'snat'] as const
export type Kind = (typeof kinds)[number]

export const families = ['ipv4', 'ipv6'] as const
export type Family = (typeof families)[number]

/** A service address and a node's address, of either family. */
export type Pair = Readonly<Record<Family, string>>

/** What clients connect to. */
export const vips: Readonly<Record<Kind, Pair>> = {
  stable: { ipv4: '192.0.2.10', ipv6: '2001:db8:ff::10' },
  moving: { ipv4: '192.0.2.20', ipv6: '2001:db8:ff::20' },
  snat: { ipv4: '192.0.2.30', ipv6: '2001:db8:ff::30' },
}

export const PORT = 7

export const balancers = ['lb-1', 'lb-2', 'lb-3'] as const
export type BalancerName = (typeof balancers)[number]
export const backends = ['backend-1', 'backend-2', 'backend-3', 'backend-4'] as const
export type BackendName = (typeof backends)[number]

/** The router, on the side of the load balancers. */
export const router: Pair = { ipv4: '10.1.0.1', ipv6: '2001:db8:1::1' }

export function addressOf(name: BalancerName | BackendName): Pair {
  const number = Number(name.at(-1)) + (name.startsWith('lb') ? 20 : 10)
  return { ipv4: `10.1.0.${number}`, ipv6: `2001:db8:1::${number}` }
}

/** As the topology wants them. */
export function withLengths({ ipv4, ipv6 }: Pair): string[] {
  return [`${ipv4}/24`, `${ipv6}/64`]
}
