import type { Cidr } from '@skep/packet'
import { cidrNetwork, formatAddress } from '@skep/packet'
import { wrong } from '../check.ts'

/** The prefix's address as text; host bits that are set are refused, with the network that was meant. */
export function networkText(operation: string, field: string, cidr: Cidr): string {
  const network = formatAddress(cidrNetwork(cidr))
  if (network !== formatAddress(cidr.address))
    wrong(operation, field, `${formatAddress(cidr.address)}/${cidr.prefix}`, `the network, ${network}/${cidr.prefix}`)
  return network
}
