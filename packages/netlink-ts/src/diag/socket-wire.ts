import { addressFromBytes, formatAddress, parseAddress } from '@skep/packet'
import { families } from '../route/families.ts'
import { malformed } from '../socket.ts'
import type { Encoder } from '../wire/encoder.ts'
import type { Message } from '../wire/message.ts'
import { AttributeTable } from '../wire/table.ts'
import type { Body } from '../request.ts'
import type { SocketInfo, SocketProtocol, SocketState } from './socket-types.ts'
import { socketProtocols, socketStates } from './socket-types.ts'

/** Size of `struct inet_diag_req_v2`. */
const REQUEST = 56
/** Size of `struct inet_diag_msg`. */
const ANSWER = 72
const ADDRESS = 16

const noAttributes: AttributeTable<object> = new AttributeTable<object>({})

const stateNames = new Map<number, SocketState>(
  Object.entries(socketStates).map(([name, number]) => [number, name as SocketState]),
)

/** Which sockets a request is about: all of a kind, or one. */
export interface DiagRequest {
  readonly family: number
  readonly protocol: SocketProtocol
  /** Bit n: those of state n. */
  readonly states: number
  readonly socket?: SocketInfo
}

export function diagBody(request: DiagRequest): Body {
  return {
    headerSize: REQUEST,
    table: noAttributes,
    write(to) {
      to.u8(request.family).u8(socketProtocols[request.protocol]).u8(0).u8(0).u32(request.states)
      if (request.socket === undefined) to.write(new Uint8Array(REQUEST - 8))
      else writeSocket(to, request.socket)
    },
  }
}

/** `struct inet_diag_sockid` */
function writeSocket(to: Encoder, socket: SocketInfo): void {
  to.be16(socket.sourcePort).be16(socket.destinationPort)
  for (const address of [socket.source, socket.destination]) {
    const { bytes } = parseAddress(address)
    to.write(bytes).write(new Uint8Array(ADDRESS - bytes.length))
  }
  to.u32(socket.ifindex).u64(socket.cookie)
}

export function decodeSocket(protocol: SocketProtocol, message: Message): SocketInfo {
  const { bytes, start, end } = message
  if (end - start < ANSWER) throw malformed('socket.list', `${end - start} bytes, a socket takes ${ANSWER}`)
  const view = new DataView(bytes.buffer, bytes.byteOffset + start, ANSWER)
  const family = view.getUint8(0) === families.ipv6 ? 'ipv6' : 'ipv4'
  const state = stateNames.get(view.getUint8(1))
  if (state === undefined) throw malformed('socket.list', `state ${view.getUint8(1)} is not known`)
  const address = (at: number): string =>
    formatAddress(addressFromBytes(bytes.slice(start + at, start + at + (family === 'ipv6' ? ADDRESS : 4))))
  return {
    protocol,
    family,
    state,
    sourcePort: view.getUint16(4),
    destinationPort: view.getUint16(6),
    source: address(8),
    destination: address(24),
    ifindex: view.getUint32(40, true),
    cookie: view.getBigUint64(44, true),
    uid: view.getUint32(64, true),
    inode: view.getUint32(68, true),
  }
}
