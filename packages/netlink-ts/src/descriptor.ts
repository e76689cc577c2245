import { checked, NetlinkError } from './error.ts'
import type { Native } from './native.ts'
import { native } from './native.ts'
import { handleClosed, handleOpened } from './open-handles.ts'

export const NETLINK_ROUTE = 0
export const NETLINK_SOCK_DIAG = 4
export const NETLINK_GENERIC = 16
const SOL_SOCKET = 1
const SO_RCVBUF = 8
const SO_RCVBUFFORCE = 33
const SOL_NETLINK = 270
const NETLINK_ADD_MEMBERSHIP = 1
const NETLINK_CAP_ACK = 10
const NETLINK_EXT_ACK = 11
const NETLINK_GET_STRICT_CHK = 12

export interface DescriptorOptions {
  readonly kind: 'socket' | 'monitor'
  readonly detail: string
  /** The namespace's descriptor; the calling thread's own when left out. */
  readonly namespaceFd?: number | undefined
  readonly nonBlocking?: boolean
  /** The kernel; a test may put its own in front of it. */
  readonly door?: Native | undefined
  /** Default {@link NETLINK_ROUTE}. */
  readonly protocol?: number | undefined
}

/** A bound netlink socket's descriptor. It stays in the namespace that it was opened in, whoever uses it. */
export class Descriptor implements Disposable {
  readonly detail: string
  readonly #door: Native
  #fd: number

  constructor(options: DescriptorOptions) {
    this.detail = options.detail
    this.#door = options.door ?? native
    const opened = this.#door.open(
      options.protocol ?? NETLINK_ROUTE,
      options.namespaceFd ?? -1,
      options.nonBlocking === true ? 1 : 0,
    )
    this.#fd = checked('openNetlink', opened, options.detail)
    handleOpened({ kind: options.kind, fd: this.#fd, detail: options.detail })
    try {
      this.#prepare()
    } catch (error) {
      this[Symbol.dispose]()
      throw error
    }
  }

  get fd(): number {
    if (this.#fd < 0) throw new NetlinkError('CLOSED', this.detail, 'the socket is closed; open another one')
    return this.#fd
  }

  get closed(): boolean {
    return this.#fd < 0
  }

  /** Sends the first `length` bytes; `-errno` or their number. */
  send(bytes: Uint8Array, length: number): number {
    return this.#door.send(this.fd, bytes, length)
  }

  /** Receives a datagram: its length (more than the buffer's when its end is lost), or `-errno`. */
  receive(buffer: Uint8Array, wait: boolean): number {
    return this.#door.receive(this.fd, buffer, wait ? 1 : 0)
  }

  /** The bytes that may wait to be read. Past the system's limit with CAP_NET_ADMIN only. */
  setReceiveBuffer(size: number): void {
    if (this.#door.setOption(this.fd, SOL_SOCKET, SO_RCVBUFFORCE, size) < 0)
      checked('openNetlink', this.#door.setOption(this.fd, SOL_SOCKET, SO_RCVBUF, size), 'receive buffer')
  }

  /** What the kernel made of it: it doubles the number, and has a lower bound. */
  get receiveBuffer(): number {
    return checked('openNetlink', this.#door.getOption(this.fd, SOL_SOCKET, SO_RCVBUF), 'receive buffer')
  }

  setTimeout(milliseconds: number): void {
    checked('openNetlink', this.#door.setTimeout(this.fd, milliseconds), 'receive timeout')
  }

  join(group: number): void {
    checked(
      'monitor',
      this.#door.setOption(this.fd, SOL_NETLINK, NETLINK_ADD_MEMBERSHIP, group),
      `multicast group ${group}`,
    )
  }

  [Symbol.dispose](): void {
    if (this.#fd < 0) return
    this.#door.close(this.#fd)
    handleClosed(this.#fd)
    this.#fd = -1
  }

  #prepare(): void {
    checked('openNetlink', this.#door.bind(this.#fd), 'bind')
    for (const option of [NETLINK_EXT_ACK, NETLINK_CAP_ACK, NETLINK_GET_STRICT_CHK])
      if (this.#door.setOption(this.#fd, SOL_NETLINK, option, 1) < 0)
        throw new NetlinkError('NOT_SUPPORTED', 'openNetlink', `netlink option ${option}`, {
          hint: 'it takes Linux 4.20',
        })
  }
}
