/** States of `enum` in `net/tcp_states.h`; a UDP socket is `established` (connected) or `close`. */
export const socketStates = {
  established: 1,
  'syn-sent': 2,
  'syn-recv': 3,
  'fin-wait-1': 4,
  'fin-wait-2': 5,
  'time-wait': 6,
  close: 7,
  'close-wait': 8,
  'last-ack': 9,
  listen: 10,
  closing: 11,
  'new-syn-recv': 12,
} as const

export type SocketState = keyof typeof socketStates

export const socketProtocols = { tcp: 6, udp: 17 } as const

export type SocketProtocol = keyof typeof socketProtocols

/** Which sockets to list. */
export interface SocketListOptions {
  readonly protocol: SocketProtocol
  /** An IPv6 socket that speaks IPv4 is listed with those of `ipv6`. Default: both. */
  readonly family?: 'ipv4' | 'ipv6'
  /** Default: all. */
  readonly states?: readonly SocketState[]
}

/** A TCP or UDP socket. */
export interface SocketInfo {
  readonly protocol: SocketProtocol
  readonly family: 'ipv4' | 'ipv6'
  readonly state: SocketState
  readonly source: string
  readonly sourcePort: number
  readonly destination: string
  readonly destinationPort: number
  /** Of the device that it is bound to; 0: none. */
  readonly ifindex: number
  /** The number that BPF programs know it by (`bpf_get_socket_cookie`). */
  readonly cookie: bigint
  /** Its file's inode, as `/proc/<pid>/fd` shows it; 0 when no process holds it. */
  readonly inode: number
  readonly uid: number
}
