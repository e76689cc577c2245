import { type SockLb, type SockPeerKey } from '@skep/datapath/sock-lb'
import { type NetworkNamespace, openSocketDiag, type SocketDiag, type SocketInfo } from 'netlink-ts'
import { connectionsOf } from './connections.ts'
import { protocolOf, type SocketProtocol } from './key.ts'

export type PeerMaps = Pick<SockLb['maps'], 'sockPeers' | 'sockConnections'>

/** What is known of a socket, open or not: one that is closed leaves it behind. */
export interface Peer {
  readonly cookie: bigint
  readonly netns: bigint
  readonly backend: number
  readonly protocol: SocketProtocol
  /** The service that it knows its backend by. */
  readonly address: readonly number[]
  readonly port: number
  /** Of the entry of a socket that sends datagrams. */
  readonly key?: SockPeerKey
}

/** Those that have one of these backends; `undefined`: any. All that is noted of the protocol is read. */
export function* peersOf(maps: PeerMaps, protocol: SocketProtocol, backends?: ReadonlySet<number>): Generator<Peer> {
  if (protocol === 'TCP')
    for (const found of connectionsOf(maps.sockConnections, backends)) yield { ...found, protocol }
  else
    for (const batch of maps.sockPeers.getBatch())
      for (const [key, peer] of batch)
        if (backends?.has(peer.backend) ?? true) yield { ...peer, cookie: key.cookie, protocol: protocolOf(key), key }
}

/** Which of them are open, in those namespaces that may have one. */
export function* openOf(
  peers: readonly Peer[],
  namespaces: Iterable<NetworkNamespace>,
): Generator<{ readonly diag: SocketDiag; readonly socket: SocketInfo }> {
  if (peers.length === 0) return
  const netns = new Set(peers.map((peer) => peer.netns))
  const protocols = new Set(peers.map(({ protocol }) => (protocol === 'UDP' ? 'udp' : 'tcp')))
  const cookies = new Set(peers.map(({ cookie }) => cookie))
  for (const namespace of namespaces) {
    if (!mayHave(namespace, netns)) continue
    using diag = openSocketDiag({ ns: namespace })
    for (const protocol of protocols)
      for (const socket of diag.list({ protocol, states: ['established', 'syn-sent'] }))
        if (cookies.has(socket.cookie)) yield { diag, socket }
  }
}

/** How many open sockets of these namespaces have each of these backends. TCP, and UDP that is connected. */
export function countSockets(
  maps: PeerMaps,
  backends: ReadonlySet<number>,
  namespaces: Iterable<NetworkNamespace>,
): Map<number, number> {
  const counts = new Map([...backends].map((id) => [id, 0]))
  const peers = (['TCP', 'UDP'] as const).flatMap((protocol) => [...peersOf(maps, protocol, backends)])
  const backendOf = new Map(peers.map(({ cookie, backend }) => [cookie, backend]))
  for (const { socket } of openOf(peers, namespaces)) {
    const backend = backendOf.get(socket.cookie)!
    counts.set(backend, counts.get(backend)! + 1)
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
