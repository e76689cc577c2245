import { type NamespaceReference, openUdpSocket, SocketError, type UdpDatagram, type UdpSocket } from 'sockets-ts'
import { ports } from './sender.ts'
import { familyOf, type SessionConfig } from './session-config.ts'

/** Some seconds of a thousand sessions: what waits while the process does not run is not lost. */
const RECEIVE_BUFFER = 4 * 1024 * 1024
const QUEUE = 4096

export interface ReceiversOptions {
  readonly namespace?: NamespaceReference | undefined
  readonly heard: (datagram: UdpDatagram, isMultihop: boolean) => void
  /** A socket has failed, and is closed. */
  readonly failed: (error: SocketError) => void
}

/** The sockets that all sessions receive by: one for each family and kind that any session has. */
export class Receivers implements Disposable {
  readonly #options: ReceiversOptions
  readonly #open = new Map<string, { readonly socket: UdpSocket; readonly isMultihop: boolean }>()

  constructor(options: ReceiversOptions) {
    this.#options = options
  }

  /** Sees that the sockets for these sessions are open, and no others. Throws {@link SocketError} for the first that cannot be. */
  want(configs: readonly Pick<SessionConfig, 'peer' | 'multihop'>[]): void {
    const wanted = new Map(configs.map((config) => [nameOf(config), config]))
    for (const [name, { socket }] of this.#open) {
      if (wanted.has(name)) continue
      this.#open.delete(name)
      socket[Symbol.dispose]()
    }
    for (const [name, config] of wanted) if (!this.#open.has(name)) this.#listen(name, config)
  }

  /** Hears what the kernel has already, without waiting for the event loop. */
  drain(): void {
    for (const { socket, isMultihop } of this.#open.values())
      for (let datagram = socket.take(); datagram !== undefined; datagram = socket.take())
        this.#options.heard(datagram, isMultihop)
  }

  [Symbol.dispose](): void {
    this.want([])
  }

  #listen(name: string, { peer, multihop }: Pick<SessionConfig, 'peer' | 'multihop'>): void {
    const socket = openUdpSocket({
      family: familyOf(peer),
      port: multihop ? ports.multi : ports.single,
      namespace: this.#options.namespace,
      receiveBuffer: RECEIVE_BUFFER,
      queue: QUEUE,
    })
    this.#open.set(name, { socket, isMultihop: multihop })
    void this.#hear(name, socket, multihop)
  }

  async #hear(name: string, socket: UdpSocket, isMultihop: boolean): Promise<void> {
    try {
      for await (const datagram of socket) this.#options.heard(datagram, isMultihop)
    } catch (error) {
      if (!(error instanceof SocketError)) throw error
      this.#open.delete(name)
      socket[Symbol.dispose]()
      this.#options.failed(error)
    }
  }
}

function nameOf({ peer, multihop }: Pick<SessionConfig, 'peer' | 'multihop'>): string {
  return `${familyOf(peer)} ${multihop ? 'multihop' : 'single hop'}`
}
