import { getSystemErrorMap } from 'node:util'

/** What kind of trouble it is: a closed list, to decide by. `errno` has the kernel's own name. */
export type SocketErrorCode =
  /** The caller's input, refused before the kernel saw it. */
  | 'INVALID_INPUT'
  /** This kernel does not have the feature. */
  | 'NOT_SUPPORTED'
  /** No such device or address here. */
  | 'NOT_FOUND'
  | 'NOT_PERMITTED'
  /** Nothing was sent: the device is down, the network out of reach, or a queue full. Worth another try. */
  | 'NOT_SENT'
  /** Nobody answered in time. */
  | 'TIMEOUT'
  /** Any other refusal of the kernel, or of the peer (`ECONNREFUSED`). */
  | 'REFUSED'
  /** The socket is closed. */
  | 'CLOSED'

/** Thrown by this package. */
export class SocketError extends Error {
  override readonly name = 'SocketError'
  readonly code: SocketErrorCode
  readonly operation: string
  /** The kernel's name for it: `ENODEV`. */
  readonly errno: string | undefined

  constructor(code: SocketErrorCode, operation: string, message: string, errno?: string) {
    super(`${operation}: ${message}`)
    this.code = code
    this.operation = operation
    this.errno = errno
  }
}

/** The error for a wrong value: `openRawSocket: hops: 300 is not right; write …`. */
export function wrong(operation: string, field: string, value: unknown, right: string): never {
  throw new SocketError(
    'INVALID_INPUT',
    operation,
    `${field}: ${JSON.stringify(value) ?? String(value)} is not right; write ${right}`,
  )
}

/** Throws for a negative result of the addon, else gives the result. */
export function checked(operation: string, result: number, what?: string): number {
  if (result >= 0) return result
  const errno = errnoName(-result)
  const [code, hint] = meanings[errno] ?? (['REFUSED', undefined] as const)
  const subject = what === undefined ? errno : `${what}: ${errno}`
  throw new SocketError(code, operation, hint === undefined ? subject : `${subject}; ${hint}`, errno)
}

export function errnoName(errno: number): string {
  return getSystemErrorMap().get(-errno)?.[0] ?? `errno ${errno}`
}

const notPermitted = ['NOT_PERMITTED', 'it takes root, or CAP_NET_RAW (in another namespace CAP_SYS_ADMIN)'] as const
const notSupported = ['NOT_SUPPORTED', 'this kernel does not have it'] as const
const notSent = ['NOT_SENT', undefined] as const

/** What may be behind a connection that nobody answers. */
export const unanswered = 'no answer: the way or a firewall, or another password (TCP MD5) or hop limit (GTSM) there'

const meanings: Readonly<Record<string, readonly [SocketErrorCode, string | undefined]>> = {
  EPERM: notPermitted,
  EACCES: notPermitted,
  ENODEV: ['NOT_FOUND', 'no such device in this network namespace'],
  ENXIO: ['NOT_FOUND', 'no such device in this network namespace'],
  EADDRNOTAVAIL: ['NOT_FOUND', 'the host does not have that address, or not on that device'],
  ENOENT: ['NOT_FOUND', undefined],
  EAFNOSUPPORT: notSupported,
  EPROTONOSUPPORT: notSupported,
  ENOPROTOOPT: notSupported,
  ENOTSUP: notSupported,
  ENETDOWN: notSent,
  ENETUNREACH: notSent,
  EHOSTUNREACH: notSent,
  ENOBUFS: notSent,
  EAGAIN: notSent,
  EADDRINUSE: ['REFUSED', 'another socket has that address and port'],
  ECONNREFUSED: ['REFUSED', 'nobody listens there, or it does not take connections from here'],
  ETIMEDOUT: ['TIMEOUT', unanswered],
  EBADF: ['CLOSED', 'it is closed'],
}
