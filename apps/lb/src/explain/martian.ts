import { parseAddress, parseCidr, cidrContains, type Cidr } from '@skep/packet'

const networks: readonly Cidr[] = [
  '0.0.0.0/8',
  '127.0.0.0/8',
  '224.0.0.0/4',
  '255.255.255.255/32',
  'ff00::/8',
  '::/127',
].map(parseCidr)

/** Whether a source is no single host, or the service itself: bpf/lib/martian.h. Asked when a connection opens. */
export function isMartian(source: string, destination: string): boolean {
  const address = parseAddress(source)
  return source === destination || networks.some((network) => cidrContains(network, address))
}
