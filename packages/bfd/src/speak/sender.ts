import { type NamespaceReference, openUdpSocket, SocketError, type UdpSocket } from 'sockets-ts'
import { familyOf, type SessionConfig } from './session-config.ts'

/** Where control packets go (RFC 5881, 4; RFC 5883, 5). */
export const ports = { single: 3784, multi: 4784 } as const
/** No router has passed it on, and none could have made it (RFC 5881, 5). */
export const HOPS = 255

/** A source port lies here, and each session has its own (RFC 5881, 4). */
const FIRST_PORT = 49_152
const LAST_PORT = 65_535
const TRIES = 256
/** Network control, like the routing protocols that depend on it. */
const TRAFFIC_CLASS = 0xc0
/** Nothing is expected there. */
const LEAST_BUFFER = 2048

/** A session's own socket to send by. */
export class Sender implements Disposable {
  readonly #config: SessionConfig
  readonly #socket: UdpSocket

  private constructor(config: SessionConfig, socket: UdpSocket) {
    this.#config = config
    this.#socket = socket
  }

  /** `port`: the one that the session had before. Throws {@link SocketError}. */
  static open(config: SessionConfig, namespace: NamespaceReference | undefined, port = 0): Sender {
    for (let i = 0; ; i++) {
      try {
        return new Sender(config, open(config, namespace, i === 0 && port !== 0 ? port : anyPort()))
      } catch (error) {
        const isTaken = error instanceof SocketError && error.errno === 'EADDRINUSE'
        if (!isTaken || i === TRIES) throw error
      }
    }
  }

  get port(): number {
    return this.#socket.local.port
  }

  /** The index of the session's device; 0 without one. */
  get device(): number {
    return this.#socket.device
  }

  /** Throws {@link SocketError}. */
  send(bytes: Uint8Array): void {
    const { peer, multihop } = this.#config
    this.#socket.send(bytes, { to: peer, port: multihop ? ports.multi : ports.single })
  }

  [Symbol.dispose](): void {
    this.#socket[Symbol.dispose]()
  }
}

function open(config: SessionConfig, namespace: NamespaceReference | undefined, port: number): UdpSocket {
  const { peer, source, device } = config
  return openUdpSocket({
    family: familyOf(peer),
    address: source,
    port,
    namespace,
    device,
    hops: HOPS,
    trafficClass: TRAFFIC_CLASS,
    receiveBuffer: LEAST_BUFFER,
  })
}

function anyPort(): number {
  return FIRST_PORT + Math.floor(Math.random() * (LAST_PORT - FIRST_PORT + 1))
}
