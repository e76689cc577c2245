import { checkAnyAddress, checkKeys, checkWhole } from '../check.ts'
import { SO_REUSEADDR, SOL_SOCKET, SOL_TCP } from '../constants.ts'
import { Descriptor } from '../descriptor.ts'
import { checked, errnoName } from '../error.ts'
import { Incoming, type Reading } from '../incoming.ts'
import { native } from '../native.ts'
import { type Endpoint, endpointOfSocketAddress, ipSocketAddress } from '../socket-address.ts'
import { TcpConnection } from './connection.ts'
import { type Md5Key, md5Option } from './md5.ts'
import { openTcp, type TcpOptions, tcpOptionNames } from './options.ts'

const OPERATION = 'listenTcp'
const BACKLOG = 128
const QUEUE = 16

/** What {@link listenTcp} takes. */
export interface ListenOptions extends TcpOptions {
  /** The own address: `0.0.0.0` or `::` for all of the family. An IPv6 socket takes no IPv4. */
  readonly address: string
  /** 0 has the kernel choose one. */
  readonly port: number
  /** Passwords by peer (RFC 2385). A peer that has none here connects without. */
  readonly md5?: readonly Md5Key[] | undefined
  /** Connections that may wait in the kernel. Default 128. */
  readonly backlog?: number | undefined
}

const optionNames = [...tcpOptionNames, 'address', 'port', 'md5', 'backlog']

/**
 * A listening socket. `for await` over it takes connections, for one reader; those that nobody takes wait in the kernel.
 * Leaving its scope closes it, with what waits, and ends the reading.
 */
export class TcpListener implements Disposable, AsyncIterable<TcpConnection> {
  /** Where it listens. */
  readonly local: Endpoint
  readonly #descriptor: Descriptor
  readonly #incoming: Incoming<TcpConnection>

  constructor(options: ListenOptions) {
    checkKeys(OPERATION, options, optionNames)
    const { address, md5 = [] } = options
    const port = checkWhole(OPERATION, 'port', options.port, 0, 65_535)
    const backlog = checkWhole(OPERATION, 'backlog', options.backlog ?? BACKLOG, 1, 65_535)
    const own = checkAnyAddress(OPERATION, 'address', address)
    using stack = new DisposableStack()
    const what = `${address} port ${port}`
    this.#descriptor = stack.use(openTcp(OPERATION, `TCP listener on ${what}`, own, options))
    this.#descriptor.set(SOL_SOCKET, SO_REUSEADDR, 1, 'port of closed connections')
    for (const key of md5) this.#sign(OPERATION, key.peer, key.key)
    this.#descriptor.bind(ipSocketAddress(own, port), what)
    checked(OPERATION, native.listen(this.#descriptor.fd, backlog), what)
    this.local = endpointOfSocketAddress(this.#descriptor.localName())
    this.#incoming = stack.use(
      new Incoming({
        descriptor: this.#descriptor,
        limit: QUEUE,
        read: () => accept(this.#descriptor),
        discard: (connection) => connection[Symbol.dispose](),
      }),
    )
    stack.move()
  }

  /** The descriptor. Throws `CLOSED` after disposal. */
  get fd(): number {
    return this.#descriptor.fd
  }

  /** Has peers sign with this key from now on; it takes the place of one for the same address or prefix. */
  setMd5({ peer, key }: Md5Key): void {
    this.#sign('setMd5', peer, key)
  }

  /** Has peers sign no more. Throws `NOT_FOUND` when there is no key for that very address or prefix. */
  removeMd5(peer: string): void {
    this.#sign('removeMd5', peer)
  }

  [Symbol.asyncIterator](): AsyncIterator<TcpConnection, undefined> {
    return this.#incoming
  }

  [Symbol.dispose](): void {
    this.#incoming[Symbol.dispose]()
    this.#descriptor[Symbol.dispose]()
  }

  #sign(operation: string, peer: string, key?: string | Uint8Array): void {
    const { name, bytes } = md5Option(operation, peer, key)
    this.#descriptor.set(SOL_TCP, name, bytes, `TCP MD5 of ${peer}`)
  }
}

/**
 * Listens. Throws {@link SocketError}: `REFUSED` with the errno `EADDRINUSE`, `NOT_FOUND` for an address or device that
 * the host does not have. Equivalent to `bind(2)` and `listen(2)`. Linux 4.13.
 */
export function listenTcp(options: ListenOptions): TcpListener {
  return new TcpListener(options)
}

/** What a connection that has gone again while it waited is told by (accept(2)). */
const passing = ['ECONNABORTED', 'EPROTO', 'ENETDOWN', 'EHOSTDOWN', 'EHOSTUNREACH', 'ENETUNREACH', 'ETIMEDOUT']

function accept(listener: Descriptor): Reading<TcpConnection> {
  const from = new Uint8Array(28)
  const fd = native.accept(listener.fd, from)
  const errno = fd < 0 ? errnoName(-fd) : ''
  if (errno === 'EAGAIN') return 'empty'
  if (passing.includes(errno)) return 'skip'
  checked(listener.detail, fd, 'accept')
  const remote = endpointOfSocketAddress(from)
  const detail = `TCP connection from ${remote.address} port ${remote.port}`
  return { value: new TcpConnection(new Descriptor({ kind: 'tcp', operation: OPERATION, detail }, fd), remote) }
}
