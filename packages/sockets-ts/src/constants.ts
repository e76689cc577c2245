/** Numbers of Linux's socket interface, by the kernel's own names. */

export const AF_INET = 2
export const AF_INET6 = 10
export const AF_PACKET = 17
export const SOCK_STREAM = 1
export const SOCK_DGRAM = 2
export const SOCK_RAW = 3

export const SOL_SOCKET = 1
export const SO_REUSEADDR = 2
export const SO_ERROR = 4
export const SO_RCVBUF = 8
export const SO_BINDTODEVICE = 25
export const SO_RCVBUFFORCE = 33
export const SO_MARK = 36
export const SO_MEMINFO = 55
export const SO_BINDTOIFINDEX = 62
export const SK_MEMINFO_DROPS = 8

export const SOL_IP = 0
export const IP_TOS = 1
export const IP_TTL = 2
export const IP_PKTINFO = 8
export const IP_RECVTTL = 12
export const IP_MINTTL = 21
export const IP_BIND_ADDRESS_NO_PORT = 24
export const IP_MULTICAST_TTL = 33
export const IP_MULTICAST_LOOP = 34
export const IP_ADD_MEMBERSHIP = 35
export const IP_DROP_MEMBERSHIP = 36
export const IP_MULTICAST_ALL = 49

export const SOL_IPV6 = 41
export const IPV6_CHECKSUM = 7
export const IPV6_UNICAST_HOPS = 16
export const IPV6_MULTICAST_HOPS = 18
export const IPV6_MULTICAST_LOOP = 19
export const IPV6_ADD_MEMBERSHIP = 20
export const IPV6_DROP_MEMBERSHIP = 21
export const IPV6_V6ONLY = 26
export const IPV6_MULTICAST_ALL = 29
export const IPV6_RECVPKTINFO = 49
export const IPV6_PKTINFO = 50
export const IPV6_RECVHOPLIMIT = 51
export const IPV6_HOPLIMIT = 52
export const IPV6_TCLASS = 67
export const IPV6_MINHOPCOUNT = 73

export const SOL_TCP = 6
export const TCP_MD5SIG = 14
export const TCP_MD5SIG_EXT = 32
export const TCP_MD5SIG_FLAG_PREFIX = 1

export const SOL_PACKET = 263
export const PACKET_ADD_MEMBERSHIP = 1
export const PACKET_IGNORE_OUTGOING = 23
export const PACKET_MR_MULTICAST = 0
