import type { Address } from '@skep/packet'
import { checkWhole } from '../check.ts'
import * as linux from '../constants.ts'
import { Descriptor, type NamespaceReference } from '../descriptor.ts'

/** What connecting and listening sockets have in common. */
export interface TcpOptions {
  /** The network namespace; by default the calling thread's. */
  readonly namespace?: NamespaceReference | undefined
  /**
   * The name of the device that everything goes by (`SO_BINDTODEVICE`). A link-local address needs it. Since Linux 5.7
   * without privileges.
   */
  readonly device?: string | undefined
  /** Time to live or hop limit of what is sent; 255 where `minHops` is given, else the system's. */
  readonly hops?: number | undefined
  /**
   * GTSM (RFC 5082): what arrives with fewer hops left is dropped (`IP_MINTTL`, `IPV6_MINHOPCOUNT`), also what would
   * open a connection. 255 for a neighbour, 255 − n for one that is n routers away.
   */
  readonly minHops?: number | undefined
  /** TOS or traffic class of what is sent; 0xc0 is network control, as BGP speakers have it. */
  readonly trafficClass?: number | undefined
  /** The firewall mark of what is sent (`SO_MARK`); takes CAP_NET_ADMIN. */
  readonly mark?: number | undefined
}

export const tcpOptionNames: readonly (keyof TcpOptions)[] = [
  'namespace',
  'device',
  'hops',
  'minHops',
  'trafficClass',
  'mark',
]

/** Opens a TCP socket of the address's family, prepared. */
export function openTcp(operation: string, detail: string, { family }: Address, options: TcpOptions): Descriptor {
  const { device, trafficClass, mark, namespace } = options
  const v4 = family === 4
  using stack = new DisposableStack()
  const socket = stack.use(
    Descriptor.open({
      kind: 'tcp',
      operation,
      detail,
      family: v4 ? linux.AF_INET : linux.AF_INET6,
      type: linux.SOCK_STREAM,
      protocol: 0,
      namespace,
    }),
  )
  if (!v4) socket.set(linux.SOL_IPV6, linux.IPV6_V6ONLY, 1, 'IPv6 only')
  if (device !== undefined)
    socket.set(linux.SOL_SOCKET, linux.SO_BINDTODEVICE, new TextEncoder().encode(device), `device "${device}"`)
  if (mark !== undefined) socket.set(linux.SOL_SOCKET, linux.SO_MARK, mark, 'mark')
  if (trafficClass !== undefined) {
    checkWhole(operation, 'trafficClass', trafficClass, 0, 255)
    if (v4) socket.set(linux.SOL_IP, linux.IP_TOS, trafficClass, 'traffic class')
    else socket.set(linux.SOL_IPV6, linux.IPV6_TCLASS, trafficClass, 'traffic class')
  }
  setHops(operation, socket, family, options)
  stack.move()
  return socket
}

/** Sets the hops of what is sent, and the least of what arrives. */
export function setHops(
  operation: string,
  socket: Descriptor,
  family: 4 | 6,
  { minHops, hops = minHops === undefined ? undefined : 255 }: Pick<TcpOptions, 'hops' | 'minHops'>,
): void {
  const level = family === 4 ? linux.SOL_IP : linux.SOL_IPV6
  if (hops !== undefined) {
    checkWhole(operation, 'hops', hops, 1, 255)
    socket.set(level, family === 4 ? linux.IP_TTL : linux.IPV6_UNICAST_HOPS, hops, 'hops')
  }
  if (minHops !== undefined) {
    checkWhole(operation, 'minHops', minHops, 1, 255)
    socket.set(level, family === 4 ? linux.IP_MINTTL : linux.IPV6_MINHOPCOUNT, minHops, 'least hops')
  }
}
