import { checkWhole, type Family } from './check.ts'
import * as linux from './constants.ts'
import type { Descriptor } from './descriptor.ts'

/** What raw and UDP sockets have in common. */
export interface DatagramOptions {
  readonly family: Family
  readonly device?: string | undefined
  readonly hops?: number | undefined
  readonly trafficClass?: number | undefined
  readonly mark?: number | undefined
  readonly receiveBuffer?: number | undefined
}

/** Sets the options, and has arrivals tell their hops, destination and device. */
export function prepareDatagrams(operation: string, socket: Descriptor, options: DatagramOptions): void {
  const v4 = options.family === 'ipv4'
  const level = v4 ? linux.SOL_IP : linux.SOL_IPV6
  const { device, hops, trafficClass, mark, receiveBuffer } = options
  if (device !== undefined)
    socket.set(linux.SOL_SOCKET, linux.SO_BINDTODEVICE, new TextEncoder().encode(device), `device "${device}"`)
  socket.set(level, v4 ? linux.IP_PKTINFO : linux.IPV6_RECVPKTINFO, 1, 'addresses of arrivals')
  socket.set(level, v4 ? linux.IP_RECVTTL : linux.IPV6_RECVHOPLIMIT, 1, 'hops of arrivals')
  if (hops !== undefined) {
    checkWhole(operation, 'hops', hops, 1, 255)
    socket.set(level, v4 ? linux.IP_TTL : linux.IPV6_UNICAST_HOPS, hops, 'hops')
    socket.set(level, v4 ? linux.IP_MULTICAST_TTL : linux.IPV6_MULTICAST_HOPS, hops, 'multicast hops')
  }
  if (trafficClass !== undefined) {
    checkWhole(operation, 'trafficClass', trafficClass, 0, 255)
    socket.set(level, v4 ? linux.IP_TOS : linux.IPV6_TCLASS, trafficClass, 'traffic class')
  }
  if (mark !== undefined) socket.set(linux.SOL_SOCKET, linux.SO_MARK, mark, 'mark')
  if (receiveBuffer !== undefined) socket.setReceiveBuffer(receiveBuffer)
}
