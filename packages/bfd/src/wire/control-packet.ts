/** A session's state, by the value that packets carry (RFC 5880, 4.1). */
export const stateNames = ['adminDown', 'down', 'init', 'up'] as const

export type StateName = (typeof stateNames)[number]

/** A BFD control packet, version 1 (RFC 5880, 4.1). Intervals are in µs. */
export interface ControlPacket {
  /** 0 to 31. */
  readonly diagnostic: number
  readonly state: StateName
  readonly poll: boolean
  readonly final: boolean
  /** It goes on when the sender's control plane does not. */
  readonly controlPlaneIndependent: boolean
  readonly demand: boolean
  /** 1 to 255. */
  readonly multiplier: number
  /** Not 0. */
  readonly myDiscriminator: number
  /** 0: the sender does not know it yet. */
  readonly yourDiscriminator: number
  readonly desiredMinTx: number
  /** 0: send nothing periodically. */
  readonly requiredMinRx: number
  /** 0: no echo packets. */
  readonly requiredMinEchoRx: number
}

/** Why a packet is not taken (RFC 5880, 6.8.6, in its order; `hops`: RFC 5881, 5 and RFC 5883, 5). */
export type Discard =
  | 'hops'
  | 'version'
  | 'length'
  | 'multiplier'
  | 'multipoint'
  | 'my-discriminator'
  | 'your-discriminator'
  | 'no-session'
  | 'authentication'

/** Bytes of a packet without authentication. */
export const PACKET_SIZE = 24
const VERSION = 1
const SMALLEST_AUTHENTICATED = 26

const POLL = 0x20
const FINAL = 0x10
const INDEPENDENT = 0x08
const AUTHENTICATED = 0x04
const DEMAND = 0x02
const MULTIPOINT = 0x01

/** The packet as UDP carries it. Values are taken as they are: the state machine keeps them in range. */
export function encodeControlPacket(packet: ControlPacket): Uint8Array {
  const bytes = new Uint8Array(PACKET_SIZE)
  const view = new DataView(bytes.buffer)
  view.setUint8(0, (VERSION << 5) | (packet.diagnostic & 31))
  view.setUint8(1, (stateNames.indexOf(packet.state) << 6) | flagsOf(packet))
  view.setUint8(2, packet.multiplier)
  view.setUint8(3, PACKET_SIZE)
  view.setUint32(4, packet.myDiscriminator)
  view.setUint32(8, packet.yourDiscriminator)
  view.setUint32(12, packet.desiredMinTx)
  view.setUint32(16, packet.requiredMinRx)
  view.setUint32(20, packet.requiredMinEchoRx)
  return bytes
}

/**
 * Reads a packet and checks what can be checked without knowing the session (RFC 5880, 6.8.6). Bytes after the packet's
 * own length are nobody's. Authentication is not done here: a packet that has it is refused, as a session without must.
 */
export function decodeControlPacket(bytes: Uint8Array): ControlPacket | Discard {
  if (bytes.length < PACKET_SIZE) return 'length'
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.length)
  const flags = view.getUint8(1)
  const length = view.getUint8(3)
  if (view.getUint8(0) >> 5 !== VERSION) return 'version'
  if (length < (flags & AUTHENTICATED ? SMALLEST_AUTHENTICATED : PACKET_SIZE) || length > bytes.length) return 'length'
  if (view.getUint8(2) === 0) return 'multiplier'
  if (flags & MULTIPOINT) return 'multipoint'
  const packet = fieldsOf(view, flags)
  if (packet.myDiscriminator === 0) return 'my-discriminator'
  if (packet.yourDiscriminator === 0 && packet.state !== 'down' && packet.state !== 'adminDown')
    return 'your-discriminator'
  return flags & AUTHENTICATED ? 'authentication' : packet
}

function fieldsOf(view: DataView, flags: number): ControlPacket {
  return {
    diagnostic: view.getUint8(0) & 31,
    state: stateNames[flags >> 6]!,
    poll: (flags & POLL) !== 0,
    final: (flags & FINAL) !== 0,
    controlPlaneIndependent: (flags & INDEPENDENT) !== 0,
    demand: (flags & DEMAND) !== 0,
    multiplier: view.getUint8(2),
    myDiscriminator: view.getUint32(4),
    yourDiscriminator: view.getUint32(8),
    desiredMinTx: view.getUint32(12),
    requiredMinRx: view.getUint32(16),
    requiredMinEchoRx: view.getUint32(20),
  }
}

function flagsOf({ poll, final, controlPlaneIndependent, demand }: ControlPacket): number {
  return (poll ? POLL : 0) | (final ? FINAL : 0) | (controlPlaneIndependent ? INDEPENDENT : 0) | (demand ? DEMAND : 0)
}
