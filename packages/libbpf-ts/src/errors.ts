import { errnoName } from './errno.ts'

/** What kind of trouble it is: a closed list, to decide by. `errno` has the kernel's own name. */
export type BpfErrorCode =
  /** The caller's input, refused before the kernel saw it. */
  | 'INVALID_INPUT'
  /** The object file cannot be read or relocated. */
  | 'INVALID_OBJECT'
  /** The verifier refused a program; `log` has its words. */
  | 'VERIFIER'
  /** A pinned or given map has another type, size or BTF than what is expected. */
  | 'LAYOUT_MISMATCH'
  /** This kernel, or this device, does not have the feature. */
  | 'NOT_SUPPORTED'
  | 'NOT_PERMITTED'
  | 'NOT_FOUND'
  | 'EXISTS'
  /** The map is full. */
  | 'FULL'
  | 'BUSY'
  /** The handle was closed. */
  | 'CLOSED'
  /** The addon is not there: it is built by `make -C native`, and comes with the published package. */
  | 'NO_ADDON'
  /** Any other refusal of the kernel. */
  | 'REFUSED'

/** What is known about a refusal beyond its code. */
export interface BpfErrorDetails {
  /** The kernel's error number, of either sign. */
  readonly errno?: number | undefined
  /** What to do next. */
  readonly hint?: string | undefined
  /** libbpf's messages and the verifier's log, whole. */
  readonly log?: string | undefined
  readonly cause?: unknown
}

/** Every error of this package's runtime. `message` is one line: operation, what was refused, and what to do. */
export class BpfError extends Error {
  override readonly name: string = 'BpfError'
  readonly code: BpfErrorCode
  /** The verb that failed: `map.set`. */
  readonly operation: string
  /** `'EEXIST'`, when the kernel refused. */
  readonly errno: string | undefined
  /** libbpf's messages and the verifier's log, whole; empty when there were none. */
  readonly log: string

  constructor(code: BpfErrorCode, operation: string, what: string, details: BpfErrorDetails = {}) {
    const message = [`${operation}: ${what}`, ...(details.hint ? [details.hint] : [])].join('; ')
    super(message, details.cause === undefined ? undefined : { cause: details.cause })
    this.code = code
    this.operation = operation
    this.errno = details.errno === undefined ? undefined : errnoName(details.errno)
    this.log = details.log ?? ''
  }
}

/** The kernel lacks a feature: `feature` names it, `since` is the first kernel that has it, empty when none has. */
export class NotSupported extends BpfError {
  override readonly name = 'NotSupported'
  readonly feature: string
  readonly since: string

  constructor(operation: string, feature: string, since: string, details: BpfErrorDetails = {}) {
    super(
      'NOT_SUPPORTED',
      operation,
      since ? `${feature} needs Linux ${since}` : `${feature} is not supported`,
      details,
    )
    this.feature = feature
    this.since = since
  }
}

const PERMISSION = 'it takes root, or CAP_BPF with CAP_NET_ADMIN (CAP_SYS_ADMIN before 5.8)'

const MEANINGS: Readonly<Record<string, readonly [BpfErrorCode, string?]>> = {
  EPERM: ['NOT_PERMITTED', PERMISSION],
  EACCES: ['NOT_PERMITTED', PERMISSION],
  ENOENT: ['NOT_FOUND'],
  ENODEV: ['NOT_FOUND', 'no such device in this network namespace'],
  EEXIST: ['EXISTS'],
  E2BIG: ['FULL', 'it has no room left, or an argument is larger than this kernel knows'],
  EBUSY: ['BUSY'],
  EOPNOTSUPP: ['NOT_SUPPORTED', 'this kernel or device does not have it'],
  ENOTSUPP: ['NOT_SUPPORTED', 'this kernel or device does not have it'],
  EBADF: ['CLOSED'],
}

/** The error for a number that the kernel refused with; `what` is the object: `map "services"`. */
export function kernelRefusal(operation: string, errno: number, what: string, details: BpfErrorDetails = {}): BpfError {
  const [code, hint] = MEANINGS[errnoName(errno)] ?? (['REFUSED'] as const)
  return new BpfError(code, operation, `${what}: ${errnoName(errno)}`, { hint, ...details, errno })
}

/** The error for input that is refused before the kernel sees it. */
export function invalidInput(operation: string, problem: string): BpfError {
  return new BpfError('INVALID_INPUT', operation, problem)
}

/** Throws for a negative answer of the kernel, else gives it. */
export function checked(result: number, operation: string, what: string): number {
  if (result < 0) throw kernelRefusal(operation, result, what)
  return result
}
