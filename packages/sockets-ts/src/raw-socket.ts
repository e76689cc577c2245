import { checkAddress, checkKeys, checkWhole, type Family } from './check.ts'
import * as linux from './constants.ts'
import { readControl, sourceControl } from './control.ts'
import { prepareDatagrams } from './datagram-options.ts'
import { Descriptor } from './descriptor.ts'
import { checked, wrong } from './error.ts'
import type { Incoming } from './incoming.ts'
import { native } from './native.ts'
import { type Datagram, type Destination, rawOptionNames, type RawSocketOptions } from './raw-options.ts'
import { type Received, receiver } from './receiver.ts'
import { ipOfSocketAddress, ipSocketAddress } from './socket-address.ts'

const OPERATION = 'openRawSocket'
const QUEUE = 256
const nothing = new Uint8Array()

/**
 * A raw IP socket: sends and receives whole datagrams of one protocol. `for await` over it receives, for one reader.
 * Leaving its scope closes it and ends the reading.
 */
export class RawSocket implements Disposable, AsyncIterable<Datagram> {
  readonly family: Family
  readonly #descriptor: Descriptor
  readonly #receiver: Incoming<Datagram>

  constructor(options: RawSocketOptions) {
    checkKeys(OPERATION, options, rawOptionNames)
    const { family, protocol, namespace } = options
    if (family !== 'ipv4' && family !== 'ipv6') wrong(OPERATION, 'family', family, '"ipv4" or "ipv6"')
    this.family = family
    checkWhole(OPERATION, 'protocol', protocol, 1, 255)
    const queue = checkWhole(OPERATION, 'queue', options.queue ?? QUEUE, 1, 65_536)
    using stack = new DisposableStack()
    this.#descriptor = stack.use(
      Descriptor.open({
        kind: 'raw',
        operation: OPERATION,
        detail: `raw ${family} socket, protocol ${protocol}`,
        family: family === 'ipv4' ? linux.AF_INET : linux.AF_INET6,
        type: linux.SOCK_RAW,
        protocol,
        namespace,
      }),
    )
    prepare(this.#descriptor, options)
    const decode = family === 'ipv4' ? ipv4Datagram : ipv6Datagram
    this.#receiver = stack.use(receiver(this.#descriptor, queue, decode))
    stack.move()
  }

  /** The descriptor. Throws `CLOSED` after disposal. */
  get fd(): number {
    return this.#descriptor.fd
  }

  /** Datagrams that were dropped because nobody read them in time. Linux 4.12. */
  get drops(): number {
    return this.#descriptor.drops
  }

  /** The index of the device that the socket is bound to by its name; 0: to none. Linux 5.1. */
  get device(): number {
    return this.#descriptor.device
  }

  /** Receives what is sent to a multicast group on a device, by its index. */
  join(group: string, device: number): void {
    this.#membership('join', linux.IP_ADD_MEMBERSHIP, linux.IPV6_ADD_MEMBERSHIP, group, device)
  }

  /** No longer receives it. Closing the socket leaves all groups. */
  leave(group: string, device: number): void {
    this.#membership('leave', linux.IP_DROP_MEMBERSHIP, linux.IPV6_DROP_MEMBERSHIP, group, device)
  }

  /** Sends one datagram, whole or not at all. The kernel writes the IP header. Throws `NOT_SENT` where another try may help. */
  send(bytes: Uint8Array, { to, from, device = 0 }: Destination): void {
    const address = checkAddress('send', 'to', to, this.family)
    const control =
      from === undefined ? nothing : sourceControl(checkAddress('send', 'from', from, this.family), device)
    const where = ipSocketAddress(address, 0, device)
    checked('send', native.send(this.fd, bytes, where, control), `to ${to}`)
  }

  [Symbol.asyncIterator](): AsyncIterator<Datagram, undefined> {
    return this.#receiver
  }

  [Symbol.dispose](): void {
    this.#receiver[Symbol.dispose]()
    this.#descriptor[Symbol.dispose]()
  }

  #membership(verb: string, v4: number, v6: number, group: string, device: number): void {
    checkWhole(verb, 'device', device, 1, 0x7fffffff)
    const { family, bytes } = checkAddress(verb, 'group', group, this.family)
    const request = new Uint8Array(family === 4 ? 12 : 20)
    request.set(bytes, 0)
    new DataView(request.buffer).setUint32(family === 4 ? 8 : 16, device, true)
    this.#descriptor.set(
      family === 4 ? linux.SOL_IP : linux.SOL_IPV6,
      family === 4 ? v4 : v6,
      request,
      `${group} on device ${device}`,
    )
  }
}

/** Opens a raw socket. Takes CAP_NET_RAW. Equivalent to `socket(AF_INET | AF_INET6, SOCK_RAW, protocol)`. */
export function openRawSocket(options: RawSocketOptions): RawSocket {
  return new RawSocket(options)
}

function prepare(socket: Descriptor, options: RawSocketOptions): void {
  const { family, checksumOffset } = options
  const v4 = family === 'ipv4'
  const level = v4 ? linux.SOL_IP : linux.SOL_IPV6
  prepareDatagrams(OPERATION, socket, options)
  // Only groups that this very socket has joined.
  socket.set(level, v4 ? linux.IP_MULTICAST_ALL : linux.IPV6_MULTICAST_ALL, 0, 'groups of others')
  const loop = options.multicastLoop === true ? 1 : 0
  socket.set(level, v4 ? linux.IP_MULTICAST_LOOP : linux.IPV6_MULTICAST_LOOP, loop, 'multicast loop')
  if (checksumOffset !== undefined) {
    if (v4 || checksumOffset % 2 !== 0)
      wrong(OPERATION, 'checksumOffset', checksumOffset, 'an even offset, and only with family "ipv6"')
    socket.set(level, linux.IPV6_CHECKSUM, checksumOffset, 'checksum offset')
  }
}

/** The kernel gives IPv4 with its header. */
function ipv4Datagram(received: Received): Datagram | undefined {
  const header = 4 * ((received.bytes[0] ?? 0) & 15)
  return datagram(received, received.bytes.slice(header))
}

function ipv6Datagram(received: Received): Datagram | undefined {
  return datagram(received, received.bytes.slice())
}

function datagram({ from, control }: Received, bytes: Uint8Array): Datagram | undefined {
  const { to, device, hops } = readControl(control)
  if (to === undefined || device === undefined || hops === undefined) return undefined
  return { bytes, from: ipOfSocketAddress(from), to, device, hops }
}
