import { checkKeys, checkMac, checkWhole } from './check.ts'
import * as linux from './constants.ts'
import { Descriptor, type NamespaceReference } from './descriptor.ts'
import { checked } from './error.ts'
import { compileFilter, type FieldFilter, filterBytes } from './filter.ts'
import type { Incoming } from './incoming.ts'
import { native } from './native.ts'
import { type Received, receiver } from './receiver.ts'
import { linkSocketAddress, originOfLinkAddress } from './socket-address.ts'

const OPERATION = 'openPacketSocket'
const QUEUE = 256

/** What {@link openPacketSocket} takes. */
export interface PacketSocketOptions {
  /** The device's index. */
  readonly device: number
  /** Only frames of this type are received: 0x0806 is ARP. Without it the socket only sends. */
  readonly etherType?: number | undefined
  /** What frames must have to be received; the kernel drops all others before they cost anything. */
  readonly filter?: readonly FieldFilter[] | undefined
  /** The network namespace; by default the calling thread's. */
  readonly namespace?: NamespaceReference | undefined
  /** Bytes that may wait in the kernel. */
  readonly receiveBuffer?: number | undefined
  /** Frames that may wait here; then the kernel's buffer fills. Default 256. */
  readonly queue?: number | undefined
}

const optionNames = ['device', 'etherType', 'filter', 'namespace', 'receiveBuffer', 'queue'] as const

/** A frame that came in by the device; never one of this host's own. */
export interface Frame {
  /** From the Ethernet header on. A VLAN tag that the device has taken off is not there. */
  readonly bytes: Uint8Array
  readonly etherType: number
  /** The index of the device. */
  readonly device: number
  /** Whom it was for, by its destination MAC. */
  readonly sentTo: 'host' | 'broadcast' | 'multicast' | 'other'
}

/**
 * A packet socket on one device: sends and receives whole frames. `for await` over it receives, for one reader. Leaving
 * its scope closes it and ends the reading.
 */
export class PacketSocket implements Disposable, AsyncIterable<Frame> {
  readonly #descriptor: Descriptor
  readonly #device: number
  readonly #receiver: Incoming<Frame>

  constructor(options: PacketSocketOptions) {
    checkKeys(OPERATION, options, optionNames)
    const { etherType = 0, filter = [], namespace, receiveBuffer } = options
    this.#device = checkWhole(OPERATION, 'device', options.device, 1, 0x7fffffff)
    checkWhole(OPERATION, 'etherType', etherType, 0, 0xffff)
    const queue = checkWhole(OPERATION, 'queue', options.queue ?? QUEUE, 1, 65_536)
    using stack = new DisposableStack()
    this.#descriptor = stack.use(
      Descriptor.open({
        kind: 'packet',
        operation: OPERATION,
        detail: `packet socket on device ${this.#device}`,
        family: linux.AF_PACKET,
        type: linux.SOCK_RAW,
        // Deaf until it is bound: nothing comes in before the filter, or from another device.
        protocol: 0,
        namespace,
      }),
    )
    if (filter.length > 0) {
      const code = filterBytes(compileFilter(filter))
      checked(OPERATION, native.attachFilter(this.#descriptor.fd, code), 'filter')
    }
    this.#descriptor.set(linux.SOL_PACKET, linux.PACKET_IGNORE_OUTGOING, 1, 'own frames left out (Linux 4.20)')
    if (receiveBuffer !== undefined) this.#descriptor.setReceiveBuffer(receiveBuffer)
    this.#descriptor.bind(linkSocketAddress(this.#device, etherType), `device ${this.#device}`)
    this.#receiver = stack.use(receiver(this.#descriptor, queue, frame))
    stack.move()
  }

  /** The descriptor. Throws `CLOSED` after disposal. */
  get fd(): number {
    return this.#descriptor.fd
  }

  /** Frames that were dropped because nobody read them in time. Linux 4.12. */
  get drops(): number {
    return this.#descriptor.drops
  }

  /** Has the device let in frames to a multicast MAC, until the socket is closed. */
  join(mac: string): void {
    const request = new Uint8Array(16)
    const view = new DataView(request.buffer)
    view.setInt32(0, this.#device, true)
    view.setUint16(4, linux.PACKET_MR_MULTICAST, true)
    view.setUint16(6, 6, true)
    request.set(checkMac('join', 'mac', mac), 8)
    this.#descriptor.set(linux.SOL_PACKET, linux.PACKET_ADD_MEMBERSHIP, request, mac)
  }

  /** Sends one frame, from the Ethernet header on. Throws `NOT_SENT` where another try may help. */
  send(bytes: Uint8Array): void {
    const where = linkSocketAddress(this.#device, 0)
    checked('send', native.send(this.fd, bytes, where, new Uint8Array()), `by device ${this.#device}`)
  }

  [Symbol.asyncIterator](): AsyncIterator<Frame, undefined> {
    return this.#receiver
  }

  [Symbol.dispose](): void {
    this.#receiver[Symbol.dispose]()
    this.#descriptor[Symbol.dispose]()
  }
}

/** Opens a packet socket. Takes CAP_NET_RAW. Equivalent to `socket(AF_PACKET, SOCK_RAW, etherType)`. Linux 4.20. */
export function openPacketSocket(options: PacketSocketOptions): PacketSocket {
  return new PacketSocket(options)
}

const packetTypes = ['host', 'broadcast', 'multicast', 'other'] as const

function frame({ bytes, from }: Received): Frame | undefined {
  const { etherType, device, packetType } = originOfLinkAddress(from)
  const sentTo = packetTypes[packetType]
  return sentTo === undefined ? undefined : { bytes: bytes.slice(), etherType, device, sentTo }
}
