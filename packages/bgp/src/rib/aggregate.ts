import { type Cidr, cidrNetwork, parseCidr } from '@skep/packet'

/** How long prefixes may be at most, by family: longer ones are announced as the network around them. */
export interface AggregationLength {
  readonly ipv4?: number | undefined
  readonly ipv6?: number | undefined
}

/** The prefix, or the network of the given length that holds it. */
export function aggregate(prefix: string | Cidr, { ipv4 = 32, ipv6 = 128 }: AggregationLength): Cidr {
  const cidr = typeof prefix === 'string' ? parseCidr(prefix) : prefix
  const length = Math.min(cidr.prefix, cidr.address.family === 4 ? ipv4 : ipv6)
  const shorter = { address: cidr.address, prefix: length }
  return { address: cidrNetwork(shorter), prefix: length }
}
