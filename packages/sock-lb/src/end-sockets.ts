import type { SockLb, SockPeer, SockPeerKey } from '@skep/datapath/sock-lb'
import { type NetworkNamespace, openSocketDiag, type SocketProtocol } from 'netlink-ts'
import { findFrontend } from './lookup.ts'
import { protocolOf } from './key.ts'
import type { State } from './state.ts'
import { addressOf } from './words.ts'

export interface EndOptions {
  /** The host's network namespace, and the pods'. Those that have none of the sockets are not asked. */
  readonly namespaces: Iterable<NetworkNamespace>
  /** `udp`: those that are connected; others choose again by themselves. TCP notices by itself, if late. */
  readonly protocols?: readonly SocketProtocol[]
}

type Stale = Map<bigint, SockPeerKey[]>

/**
 * Ends the sockets that are connected to a backend which their service does not have any more: they would go on to send
 * to nobody. Only sockets that this load balancer has connected are touched. Returns how many.
 *
 * Errors: NOT_SUPPORTED without `CONFIG_INET_DIAG_DESTROY`.
 */
export function endSockets(
  peers: SockLb['maps']['sockPeers'],
  state: State,
  { namespaces, protocols = ['udp'] }: EndOptions,
): number {
  const { stale, netns } = stalePeers(peers, state, protocols)
  let ended = 0
  if (stale.size === 0) return ended
  for (const namespace of namespaces) {
    if (!mayHave(namespace, netns)) continue
    using diag = openSocketDiag({ ns: namespace })
    for (const protocol of protocols)
      for (const socket of diag.list({ protocol, states: ['established', 'syn-sent'] }))
        if (stale.has(socket.cookie) && diag.destroy(socket)) ended++
  }
  peers.deleteBatch([...stale.values()].flat())
  return ended
}

function stalePeers(
  peers: SockLb['maps']['sockPeers'],
  state: State,
  protocols: readonly SocketProtocol[],
): { readonly stale: Stale; readonly netns: ReadonlySet<bigint> } {
  const stale: Stale = new Map()
  const netns = new Set<bigint>()
  for (const batch of peers.getBatch())
    for (const [key, peer] of batch) {
      if (!protocols.includes(protocolOf(key) === 'UDP' ? 'udp' : 'tcp') || hasBackend(key, peer, state)) continue
      stale.set(key.cookie, [...(stale.get(key.cookie) ?? []), key])
      netns.add(peer.netns)
    }
  return { stale, netns }
}

/** Whether the service still has the backend, draining or not. */
function hasBackend(key: SockPeerKey, peer: SockPeer, state: State): boolean {
  const destination = { address: addressOf(peer.address), port: peer.port, protocol: protocolOf(key) }
  const found = findFrontend(destination, state, true)
  const slots = found && state.services.get(found.frontend.service)?.slots
  return slots !== undefined && (slots.active.includes(peer.backend) || slots.draining.includes(peer.backend))
}

/** Before Linux 5.14 namespaces tell no cookie, and all are asked. */
function mayHave(namespace: NetworkNamespace, netns: ReadonlySet<bigint>): boolean {
  try {
    return netns.has(namespace.cookie)
  } catch {
    return true
  }
}
