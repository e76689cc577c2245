import { type Address, addressFromBytes, formatAddress } from '@skep/packet'
import { IP_PKTINFO, IP_TTL, IPV6_HOPLIMIT, IPV6_PKTINFO, SOL_IP, SOL_IPV6 } from './constants.ts'

const HEADER = 16

/** Control data that names the source address, and the device where it is not 0 (`IP_PKTINFO`, `IPV6_PKTINFO`). */
export function sourceControl({ family, bytes }: Address, device: number): Uint8Array {
  const data = new Uint8Array(family === 4 ? 12 : 20)
  const view = new DataView(data.buffer)
  if (family === 4) {
    view.setInt32(0, device, true)
    data.set(bytes, 4)
    return controlMessage(SOL_IP, IP_PKTINFO, data)
  }
  data.set(bytes, 0)
  view.setUint32(16, device, true)
  return controlMessage(SOL_IPV6, IPV6_PKTINFO, data)
}

/** One `struct cmsghdr` with its data, padded. */
export function controlMessage(level: number, type: number, data: Uint8Array): Uint8Array {
  const out = new Uint8Array(HEADER + ((data.length + 7) & ~7))
  const view = new DataView(out.buffer)
  view.setBigUint64(0, BigInt(HEADER + data.length), true)
  view.setInt32(8, level, true)
  view.setInt32(12, type, true)
  out.set(data, HEADER)
  return out
}

/** What the kernel tells beside a datagram. */
export interface Arrival {
  /** Time to live or hop limit. */
  readonly hops?: number
  /** The address that it was sent to. */
  readonly to?: string
  /** The index of the device that it came in by. */
  readonly device?: number
}

/** Reads the control data of a received datagram. What is cut short ends the reading. */
export function readControl(bytes: Uint8Array): Arrival {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.length)
  let found: Arrival = {}
  for (let at = 0; at + HEADER <= bytes.length;) {
    const length = Number(view.getBigUint64(at, true))
    if (length < HEADER || at + length > bytes.length) return found
    const [level, type] = [view.getInt32(at + 8, true), view.getInt32(at + 12, true)]
    found = { ...found, ...readMessage(level, type, bytes.subarray(at + HEADER, at + length)) }
    at += (length + 7) & ~7
  }
  return found
}

function readMessage(level: number, type: number, data: Uint8Array): Arrival {
  const view = new DataView(data.buffer, data.byteOffset, data.length)
  const isHops = (level === SOL_IP && type === IP_TTL) || (level === SOL_IPV6 && type === IPV6_HOPLIMIT)
  if (isHops && data.length >= 4) return { hops: view.getInt32(0, true) }
  if (level === SOL_IP && type === IP_PKTINFO && data.length >= 12)
    return { device: view.getInt32(0, true), to: text(data.slice(8, 12)) }
  if (level === SOL_IPV6 && type === IPV6_PKTINFO && data.length >= 20)
    return { device: view.getUint32(16, true), to: text(data.slice(0, 16)) }
  return {}
}

function text(bytes: Uint8Array): string {
  return formatAddress(addressFromBytes(bytes))
}
