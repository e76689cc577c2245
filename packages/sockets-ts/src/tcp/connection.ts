import { Socket } from 'node:net'
import { parseAddress } from '@skep/packet'
import type { Descriptor } from '../descriptor.ts'
import { type Endpoint, endpointOfSocketAddress } from '../socket-address.ts'
import { setHops, type TcpOptions } from './options.ts'

/**
 * An established connection that is not yet Node's. Leaving its scope closes it, unless {@link stream} has handed it
 * over.
 */
export class TcpConnection implements Disposable {
  /** The peer's end. */
  readonly remote: Endpoint
  /** This host's end. */
  readonly local: Endpoint
  readonly #descriptor: Descriptor

  /** Takes the descriptor over. Use {@link connectTcp} or a {@link TcpListener}. */
  constructor(descriptor: Descriptor, remote: Endpoint) {
    this.remote = remote
    this.local = endpointOfSocketAddress(descriptor.localName())
    this.#descriptor = descriptor
  }

  /** The descriptor. Throws `CLOSED` after it was closed or handed over. */
  get fd(): number {
    return this.#descriptor.fd
  }

  /** Sets the hops from now on: what one peer of a listener needs and others do not. See {@link TcpOptions}. */
  setHops(hops: Pick<TcpOptions, 'hops' | 'minHops'>): void {
    setHops('setHops', this.#descriptor, parseAddress(this.local.address).family, hops)
  }

  /** The connection as Node's duplex stream, which closes it from now on. To be called once. */
  stream(): Socket {
    return new Socket({ fd: this.#descriptor.release(), readable: true, writable: true })
  }

  [Symbol.dispose](): void {
    this.#descriptor[Symbol.dispose]()
  }
}
