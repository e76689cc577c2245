import { checkKeys, checkName } from '../check.ts'
import { NETLINK_SOCK_DIAG } from '../descriptor.ts'
import { NetlinkError } from '../error.ts'
import { withNamespace } from '../namespace/reference.ts'
import type { NetlinkOptions } from '../netlink.ts'
import { families } from '../route/families.ts'
import { RouteSocket } from '../socket.ts'
import type { SocketInfo, SocketListOptions } from './socket-types.ts'
import { socketProtocols, socketStates } from './socket-types.ts'
import { decodeSocket, diagBody } from './socket-wire.ts'

const SOCK_DIAG_BY_FAMILY = 20
const SOCK_DESTROY = 21
const ALL_STATES = 0xffffffff

/** The TCP and UDP sockets of a network namespace: what `ss` shows and `ss --kill` ends. */
export class SocketDiag implements Disposable {
  readonly #socket: RouteSocket

  constructor(socket: RouteSocket) {
    this.#socket = socket
  }

  /** All sockets of a protocol, or those asked for. Equivalent to `ss -tan`, `ss -uan`. Linux 4.9 (UDP over the same request). */
  *list(options: SocketListOptions): Generator<SocketInfo> {
    const operation = 'socket.list'
    checkKeys(operation, options, { protocol: true, family: true, states: true })
    checkName(operation, 'protocol', options.protocol, socketProtocols, 0)
    const states = options.states?.map((state, i) => checkName(operation, `states[${i}]`, state, socketStates, 0))
    const mask = states?.reduce((bits, state) => bits | (1 << state), 0) ?? ALL_STATES
    for (const family of familiesOf(options.family)) {
      const body = diagBody({ family, protocol: options.protocol, states: mask >>> 0 })
      for (const message of this.#socket.dump({ operation, type: SOCK_DIAG_BY_FAMILY, body }))
        yield decodeSocket(options.protocol, message)
    }
  }

  /**
   * Ends a socket as it was listed: whoever holds it gets `ECONNABORTED`, and a TCP peer a reset. False when it is gone
   * already. `NOT_SUPPORTED` where the kernel is built without `CONFIG_INET_DIAG_DESTROY`.
   * Equivalent to `ss --kill`. Linux 4.9.
   */
  destroy(socket: SocketInfo): boolean {
    const body = diagBody({
      family: families[socket.family],
      protocol: socket.protocol,
      states: ALL_STATES,
      socket,
    })
    const subject = `${socket.protocol} ${socket.source} ${socket.sourcePort}`
    try {
      this.#socket.change({ operation: 'socket.destroy', subject, type: SOCK_DESTROY, body })
      return true
    } catch (error) {
      if (error instanceof NetlinkError && error.code === 'NOT_FOUND') return false
      throw error
    }
  }

  [Symbol.dispose](): void {
    this.#socket[Symbol.dispose]()
  }
}

function familiesOf(family: SocketListOptions['family']): readonly number[] {
  return family === undefined ? [families.ipv4, families.ipv6] : [families[family]]
}

/** Opens the diagnosis of sockets in a network namespace. Linux 4.9; ending sockets takes CAP_NET_ADMIN there. */
export function openSocketDiag(options: NetlinkOptions = {}): SocketDiag {
  const { ns, ...rest } = options
  const open = (namespaceFd?: number): SocketDiag =>
    new SocketDiag(new RouteSocket({ ...rest, protocol: NETLINK_SOCK_DIAG, detail: 'diagnosis socket', namespaceFd }))
  return ns === undefined ? open() : withNamespace('openSocketDiag', ns, open)
}
