import type { SockLb, SockPeer, SockPeerKey } from '@skep/datapath/sock-lb'
import {
  type NetworkNamespace,
  openSocketDiag,
  type SocketDiag,
  type SocketInfo,
  type SocketProtocol,
} from 'netlink-ts'
import { protocolOf } from './key.ts'

type Peers = SockLb['maps']['sockPeers']

/** What is known of sockets, by their cookies, and the namespaces that they are in. */
export interface FoundPeers {
  readonly found: ReadonlyMap<bigint, readonly SockPeerKey[]>
  readonly netns: ReadonlySet<bigint>
}

export function kindOf(key: SockPeerKey): SocketProtocol {
  return protocolOf(key) === 'UDP' ? 'udp' : 'tcp'
}

export function kindsOf(found: FoundPeers['found']): ReadonlySet<SocketProtocol> {
  return new Set([...found.values()].flat().map(kindOf))
}

/** Entries of sockets, open or not: a socket that is closed leaves its own behind. */
export function peersThat(peers: Peers, wanted: (key: SockPeerKey, peer: SockPeer) => boolean): FoundPeers {
  const found = new Map<bigint, SockPeerKey[]>()
  const netns = new Set<bigint>()
  for (const batch of peers.getBatch())
    for (const [key, peer] of batch) {
      if (!wanted(key, peer)) continue
      found.set(key.cookie, [...(found.get(key.cookie) ?? []), key])
      netns.add(peer.netns)
    }
  return { found, netns }
}

/** Sockets that are open, of those namespaces that may have one. */
export function* socketsIn(
  namespaces: Iterable<NetworkNamespace>,
  netns: ReadonlySet<bigint>,
  kinds: Iterable<SocketProtocol>,
): Generator<{ readonly diag: SocketDiag; readonly socket: SocketInfo }> {
  if (netns.size === 0) return
  for (const namespace of namespaces) {
    if (!mayHave(namespace, netns)) continue
    using diag = openSocketDiag({ ns: namespace })
    for (const protocol of kinds)
      for (const socket of diag.list({ protocol, states: ['established', 'syn-sent'] })) yield { diag, socket }
  }
}

/** How many open sockets of these namespaces have each of these backends. TCP, and UDP that is connected. */
export function countSockets(
  peers: Peers,
  backends: ReadonlySet<number>,
  namespaces: Iterable<NetworkNamespace>,
): Map<number, number> {
  const counts = new Map([...backends].map((id) => [id, 0]))
  const backendOf = new Map<bigint, number>()
  const { found, netns } = peersThat(peers, ({ cookie }, { backend }) => {
    if (backends.has(backend)) backendOf.set(cookie, backend)
    return backends.has(backend)
  })
  for (const { socket } of socketsIn(namespaces, netns, kindsOf(found))) {
    const backend = backendOf.get(socket.cookie)
    if (backend !== undefined) counts.set(backend, counts.get(backend)! + 1)
  }
  return counts
}

/** Before Linux 5.14 namespaces tell no cookie, and all are asked. */
function mayHave(namespace: NetworkNamespace, netns: ReadonlySet<bigint>): boolean {
  try {
    return netns.has(namespace.cookie)
  } catch {
    return true
  }
}
