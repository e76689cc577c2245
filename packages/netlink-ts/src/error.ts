import { errnoName } from './errno.ts'

/** What kind of trouble it is: a closed list, to decide by. `errno` has the kernel's own name. */
export type NetlinkErrorCode =
  /** The caller's input, refused before the kernel saw it. */
  | 'INVALID_INPUT'
  /** This kernel does not have the feature. */
  | 'NOT_SUPPORTED'
  | 'NOT_FOUND'
  | 'EXISTS'
  | 'NOT_PERMITTED'
  | 'BUSY'
  /** Any other refusal of the kernel. */
  | 'REFUSED'
  /** The kernel did not answer in time, or a command did not end in time. */
  | 'TIMEOUT'
  /** A dump changed under the reader each time that it was tried. */
  | 'INTERRUPTED'
  /** The kernel's answer could not be read. */
  | 'MALFORMED'
  /** The socket or namespace is closed. */
  | 'CLOSED'

/** What is known about a refusal beyond its errno. */
export interface NetlinkErrorDetails {
  /** The kernel's error number, positive. */
  readonly errno?: number
  /** The kernel's own sentence (extended ack). */
  readonly kernelMessage?: string | undefined
  /** The attribute at fault, by path: `IFLA_LINKINFO.IFLA_INFO_DATA.IFLA_VLAN_ID`. */
  readonly attribute?: string | undefined
  /** The attribute that the kernel misses, by path (since kernel 6.1). */
  readonly missingAttribute?: string | undefined
  /** What the kernel would accept there: `68 to 65535`. */
  readonly allowed?: string | undefined
  /** What to do next. */
  readonly hint?: string | undefined
  readonly cause?: unknown
}

/** Every error of this package. `message` is one line: operation, what was refused, where, and what to do. */
export class NetlinkError extends Error {
  override readonly name = 'NetlinkError'
  readonly code: NetlinkErrorCode
  /** The verb that failed: `link.add`. */
  readonly operation: string
  /** `'EEXIST'`, when the kernel refused. */
  readonly errno: string | undefined
  readonly kernelMessage: string | undefined
  readonly attribute: string | undefined
  readonly missingAttribute: string | undefined

  constructor(code: NetlinkErrorCode, operation: string, what: string, details: NetlinkErrorDetails = {}) {
    super(sentence(operation, what, details), details.cause === undefined ? undefined : { cause: details.cause })
    this.code = code
    this.operation = operation
    this.errno = details.errno === undefined ? undefined : errnoName(details.errno)
    this.kernelMessage = details.kernelMessage
    this.attribute = details.attribute
    this.missingAttribute = details.missingAttribute
  }
}

/** The error for a number that the kernel refused with; `what` is the object: `device "eth0"`. */
export function kernelRefusal(
  operation: string,
  errno: number,
  what?: string,
  details: Omit<NetlinkErrorDetails, 'errno'> = {},
): NetlinkError {
  const [code, hint] = meanings[errnoName(errno)] ?? (['REFUSED', undefined] as const)
  const subject = what === undefined ? errnoName(errno) : `${what}: ${errnoName(errno)}`
  return new NetlinkError(code, operation, subject, { hint, ...details, errno })
}

/** The error for input: `link.add: mtu: 70000 is …; write …`. */
export function invalidInput(place: string, problem: string): NetlinkError {
  return new NetlinkError('INVALID_INPUT', place, problem)
}

/** Throws for a negative result of the addon, else gives the result. */
export function checked(operation: string, result: number, what?: string): number {
  if (result < 0) throw kernelRefusal(operation, -result, what)
  return result
}

function sentence(operation: string, what: string, details: NetlinkErrorDetails): string {
  const parts = [`${operation}: ${what}`]
  if (details.kernelMessage) parts.push(`the kernel says "${details.kernelMessage}"`)
  if (details.attribute) parts.push(`at ${details.attribute}`)
  if (details.missingAttribute) parts.push(`${details.missingAttribute} is missing`)
  if (details.allowed) parts.push(`allowed is ${details.allowed}`)
  if (details.hint) parts.push(details.hint)
  return parts.join('; ')
}

const notSupported = ['NOT_SUPPORTED', 'this kernel does not have it'] as const
const notPermitted = ['NOT_PERMITTED', 'it takes root, or CAP_NET_ADMIN (for namespaces CAP_SYS_ADMIN)'] as const

const meanings: Record<string, readonly [NetlinkErrorCode, string | undefined]> = {
  EOPNOTSUPP: notSupported,
  ENOTSUPP: notSupported,
  EPROTONOSUPPORT: notSupported,
  EAFNOSUPPORT: notSupported,
  EPFNOSUPPORT: notSupported,
  ENOENT: ['NOT_FOUND', undefined],
  ENODEV: ['NOT_FOUND', 'no such device in this network namespace'],
  ESRCH: ['NOT_FOUND', undefined],
  ENXIO: ['NOT_FOUND', undefined],
  EADDRNOTAVAIL: ['NOT_FOUND', undefined],
  EEXIST: ['EXISTS', 'it is there already: delete it first, or use replace where there is one'],
  EPERM: notPermitted,
  EACCES: notPermitted,
  EBUSY: ['BUSY', undefined],
  EBADF: ['CLOSED', 'it is closed'],
}
