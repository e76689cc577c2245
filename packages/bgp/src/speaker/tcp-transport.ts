import { connectTcp, listenTcp, type NamespaceReference, type TcpConnection, type TcpListener } from 'sockets-ts'
import type { Hops, Incoming, Link, Listener, Target, Transport } from './transport.ts'

const NETWORK_CONTROL = 0xc0
const CONNECT_TIMEOUT_MS = 30_000

/** TCP by `sockets-ts`, in the calling thread's network namespace or another. Linux 4.13. */
export function tcpTransport(options: { readonly namespace?: NamespaceReference | undefined } = {}): Transport {
  const common = {
    trafficClass: NETWORK_CONTROL,
    ...(options.namespace !== undefined && { namespace: options.namespace }),
  }
  return {
    connect: async ({ address, port, source, device, password, hops, minHops }: Target, signal) => {
      const where = { to: address, port, from: source, device, md5: password }
      return linkOf(await connectTcp({ ...common, ...where, hops, minHops, signal, timeoutMs: CONNECT_TIMEOUT_MS }))
    },
    listen: (address, port, accept) => {
      // A peer with GTSM does not take an answer with fewer; how far each may be is set when it is taken.
      const listener = listenTcp({ ...common, address, port, hops: 255 })
      void acceptAll(listener, accept)
      return new TcpListening(listener, address)
    },
  }
}

function linkOf(connection: TcpConnection): Link {
  const { local, remote } = connection
  return { stream: connection.stream(), local: local.address, remote: remote.address }
}

/** Ends with the listener. */
async function acceptAll(listener: TcpListener, accept: (incoming: Incoming) => void): Promise<void> {
  for await (const connection of listener) accept(incomingOf(connection))
}

function incomingOf(connection: TcpConnection): Incoming {
  return {
    remote: connection.remote.address,
    device: connection.remote.scope || undefined,
    take: (hops: Hops) => {
      connection.setHops(hops)
      return linkOf(connection)
    },
    [Symbol.dispose]: () => connection[Symbol.dispose](),
  }
}

class TcpListening implements Listener {
  readonly #listener: TcpListener
  readonly #family: boolean
  readonly #signed = new Set<string>()

  constructor(listener: TcpListener, address: string) {
    this.#listener = listener
    this.#family = address.includes(':')
  }

  setPassword(peer: string, password: string | undefined): void {
    if (peer.includes(':') !== this.#family) return
    if (password !== undefined) {
      this.#listener.setMd5({ peer, key: password })
      this.#signed.add(peer)
    } else if (this.#signed.delete(peer)) this.#listener.removeMd5(peer)
  }

  [Symbol.dispose](): void {
    this.#listener[Symbol.dispose]()
  }
}
