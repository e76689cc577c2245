import { checkAddress, checkKeys, checkWhole, type Family } from '../check.ts'
import * as linux from '../constants.ts'
import { readControl, sourceControl } from '../control.ts'
import { prepareDatagrams } from '../datagram-options.ts'
import { Descriptor } from '../descriptor.ts'
import { checked, wrong } from '../error.ts'
import type { Incoming } from '../incoming.ts'
import { native } from '../native.ts'
import { type Received, receiver } from '../receiver.ts'
import { type Endpoint, endpointOfSocketAddress, ipSocketAddress } from '../socket-address.ts'
import { type UdpDatagram, type UdpDestination, udpOptionNames, type UdpSocketOptions } from './options.ts'

const OPERATION = 'openUdpSocket'
const QUEUE = 256
const nothing = new Uint8Array()

/**
 * A UDP socket whose datagrams tell their hops, destination and device, which Node's do not. `for await` over it
 * receives, for one reader. Leaving its scope closes it and ends the reading.
 */
export class UdpSocket implements Disposable, AsyncIterable<UdpDatagram> {
  readonly family: Family
  /** Where it is bound. */
  readonly local: Endpoint
  readonly #descriptor: Descriptor
  readonly #incoming: Incoming<UdpDatagram>

  constructor(options: UdpSocketOptions) {
    checkKeys(OPERATION, options, udpOptionNames)
    const { family, port = 0, namespace } = options
    if (family !== 'ipv4' && family !== 'ipv6') wrong(OPERATION, 'family', family, '"ipv4" or "ipv6"')
    this.family = family
    const v4 = family === 'ipv4'
    const own = checkAddress(OPERATION, 'address', options.address ?? (v4 ? '0.0.0.0' : '::'), family)
    checkWhole(OPERATION, 'port', port, 0, 65_535)
    const queue = checkWhole(OPERATION, 'queue', options.queue ?? QUEUE, 1, 65_536)
    using stack = new DisposableStack()
    const what = `${options.address ?? `any ${family} address`} port ${port === 0 ? 'any' : port}`
    this.#descriptor = stack.use(
      Descriptor.open({
        kind: 'udp',
        operation: OPERATION,
        detail: `UDP socket, ${what}`,
        family: v4 ? linux.AF_INET : linux.AF_INET6,
        type: linux.SOCK_DGRAM,
        protocol: 0,
        namespace,
      }),
    )
    if (!v4) this.#descriptor.set(linux.SOL_IPV6, linux.IPV6_V6ONLY, 1, 'IPv6 only')
    prepareDatagrams(OPERATION, this.#descriptor, options)
    this.#descriptor.bind(ipSocketAddress(own, port), what)
    this.local = endpointOfSocketAddress(this.#descriptor.localName())
    this.#incoming = stack.use(receiver(this.#descriptor, queue, datagram))
    stack.move()
  }

  /** The descriptor. Throws `CLOSED` after disposal. */
  get fd(): number {
    return this.#descriptor.fd
  }

  /** The index of the device that the socket is bound to; 0 without one. Linux 5.1. */
  get device(): number {
    return this.#descriptor.device
  }

  /** Datagrams that were dropped because nobody read them in time. Linux 4.12. */
  get drops(): number {
    return this.#descriptor.drops
  }

  /** Sends one datagram, whole or not at all. Throws `NOT_SENT` where another try may help. */
  send(bytes: Uint8Array, { to, port, from, device = 0 }: UdpDestination): void {
    const address = checkAddress('send', 'to', to, this.family)
    const control =
      from === undefined ? nothing : sourceControl(checkAddress('send', 'from', from, this.family), device)
    checked('send', native.send(this.fd, bytes, ipSocketAddress(address, port, device), control), `to ${to}`)
  }

  /** The next datagram if it is there already, without waiting for the event loop. */
  take(): UdpDatagram | undefined {
    return this.#incoming.take()
  }

  [Symbol.asyncIterator](): AsyncIterator<UdpDatagram, undefined> {
    return this.#incoming
  }

  [Symbol.dispose](): void {
    this.#incoming[Symbol.dispose]()
    this.#descriptor[Symbol.dispose]()
  }
}

/**
 * Opens a UDP socket. Throws {@link SocketError}: `REFUSED` with the errno `EADDRINUSE`, `NOT_FOUND` for an address or
 * device that the host does not have. Equivalent to `socket(SOCK_DGRAM)` with `IP_RECVTTL` and `IP_PKTINFO` (IPv6:
 * `IPV6_RECVHOPLIMIT`, `IPV6_RECVPKTINFO`, RFC 3542). Any kernel.
 */
export function openUdpSocket(options: UdpSocketOptions): UdpSocket {
  return new UdpSocket(options)
}

function datagram({ bytes, from, control }: Received): UdpDatagram | undefined {
  const { to, device, hops } = readControl(control)
  if (to === undefined || device === undefined || hops === undefined) return undefined
  const { address, port } = endpointOfSocketAddress(from)
  return { bytes: bytes.slice(), from: address, fromPort: port, to, device, hops }
}
