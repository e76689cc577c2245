import {
  SK_MEMINFO_DROPS,
  SO_BINDTOIFINDEX,
  SO_ERROR,
  SO_MEMINFO,
  SO_RCVBUF,
  SO_RCVBUFFORCE,
  SOL_SOCKET,
} from './constants.ts'
import { checked, SocketError } from './error.ts'
import { native } from './native.ts'
import { handleClosed, handleOpened, type OpenHandle } from './open-handles.ts'

/** A network namespace as an argument: opened (as netlink-ts opens one), or its descriptor. */
export type NamespaceReference = { readonly fd: number } | number

/** What a descriptor is, for errors and the list of what is open. */
export interface DescriptorIdentity {
  readonly kind: OpenHandle['kind']
  readonly operation: string
  readonly detail: string
}

export interface DescriptorOptions extends DescriptorIdentity {
  readonly family: number
  readonly type: number
  readonly protocol: number
  readonly namespace?: NamespaceReference | undefined
}

/** A socket's descriptor, non-blocking. It stays in the namespace that it was made in, whoever uses it. */
export class Descriptor implements Disposable {
  readonly detail: string
  readonly #operation: string
  #fd: number

  /** Takes over a descriptor that the addon has opened. */
  constructor({ kind, operation, detail }: DescriptorIdentity, fd: number) {
    this.detail = detail
    this.#operation = operation
    this.#fd = fd
    handleOpened({ kind, fd, detail })
  }

  static open(options: DescriptorOptions): Descriptor {
    const { operation, detail, family, type, protocol, namespace } = options
    const namespaceFd = typeof namespace === 'object' ? namespace.fd : (namespace ?? -1)
    return new Descriptor(options, checked(operation, native.open(family, type, protocol, namespaceFd), detail))
  }

  get closed(): boolean {
    return this.#fd < 0
  }

  get fd(): number {
    if (this.#fd < 0) throw new SocketError('CLOSED', this.detail, 'the socket is closed; open another one')
    return this.#fd
  }

  /** Sets an option: a whole number as an `int`, or bytes as they are. `what` names it for the error. */
  set(level: number, name: number, value: number | Uint8Array, what: string): void {
    const bytes = typeof value === 'number' ? int(value) : value
    checked(this.#operation, native.setOption(this.fd, level, name, bytes), what)
  }

  bind(address: Uint8Array, what: string): void {
    checked(this.#operation, native.bind(this.fd, address), what)
  }

  /** The socket's own address, a `struct sockaddr`. */
  localName(): Uint8Array {
    const name = new Uint8Array(28)
    checked(this.#operation, native.localName(this.fd, name), 'own address')
    return name
  }

  /** The error that a socket has come to, as a positive `errno`; 0 for none. Asking clears it. */
  takeError(): number {
    const error = new Int32Array(1)
    const bytes = new Uint8Array(error.buffer)
    checked(this.#operation, native.getOption(this.fd, SOL_SOCKET, SO_ERROR, bytes), 'state')
    return error[0]!
  }

  /** The bytes that may wait to be read. Past the system's limit (`net.core.rmem_max`) with CAP_NET_ADMIN only. */
  setReceiveBuffer(size: number): void {
    if (native.setOption(this.fd, SOL_SOCKET, SO_RCVBUFFORCE, int(size)) < 0)
      this.set(SOL_SOCKET, SO_RCVBUF, size, 'receive buffer')
  }

  /** The index of the device that it is bound to; 0: to none. Linux 5.1. */
  get device(): number {
    const index = new Int32Array(1)
    const bytes = new Uint8Array(index.buffer)
    checked(this.#operation, native.getOption(this.fd, SOL_SOCKET, SO_BINDTOIFINDEX, bytes), 'device')
    return index[0]!
  }

  /** What the kernel has dropped because the receive buffer was full. */
  get drops(): number {
    const words = new Uint32Array(SK_MEMINFO_DROPS + 1)
    checked(this.#operation, native.getOption(this.fd, SOL_SOCKET, SO_MEMINFO, new Uint8Array(words.buffer)), 'drops')
    return words[SK_MEMINFO_DROPS] ?? 0
  }

  /** The descriptor, open, for somebody else to close. */
  release(): number {
    const fd = this.fd
    native.release(fd)
    handleClosed(fd)
    this.#fd = -1
    return fd
  }

  [Symbol.dispose](): void {
    if (this.#fd < 0) return
    native.close(this.#fd)
    handleClosed(this.#fd)
    this.#fd = -1
  }
}

function int(value: number): Uint8Array {
  return new Uint8Array(Int32Array.of(value).buffer)
}
