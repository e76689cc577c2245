import { isIP } from 'node:net'
import type { BgpConfig } from '@skep/bgp'
import type { Node } from '@skep/kube'

/**
 * Routers reach this node at its addresses: of the family that a session does not run over as well, which MetalLB's format has
 * no word for. What a configuration says goes first. Pure.
 */
export function withNextHops(config: BgpConfig, { status: { addresses } }: Node): BgpConfig {
  const own = (family: 4 | 6): string | undefined =>
    addresses.find(({ type, address }) => type === 'InternalIP' && isIP(address) === family)?.address
  const [ipv4, ipv6] = [own(4), own(6)]
  const peers = config.peers.map((peer) => {
    const other = isIP(peer.address) === 4 ? { ipv6 } : isIP(peer.address) === 6 ? { ipv4 } : {}
    return { ...peer, nextHops: { ...other, ...peer.nextHops } }
  })
  return { ...config, peers }
}
