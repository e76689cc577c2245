import { chosen } from '../chosen.ts'
import { invalidInput } from '../errors.ts'
import { deviceIndex, deviceName, type Device } from '../sys/device.ts'
import { AttachFlag, AttachType } from '../sys/link.ts'
import { attach, type Attachable } from './attach.ts'
import { Link } from './link.ts'

/** Another program or link on the same hook. */
export type TcxAnchor = Link | { readonly fd: number }

/** A device, a direction, and the place among the programs that are there. */
export type TcxOptions = Device & {
  readonly direction: 'ingress' | 'egress'
  /** Runs right before this one; `'all'`: first. */
  readonly before?: TcxAnchor | 'all'
  /** Runs right after this one; `'all'`: last, which is the default. */
  readonly after?: TcxAnchor | 'all'
  /** Refused, unless the hook's revision (`queryTcx`) is still this. */
  readonly revision?: bigint
}

const HINTS: Readonly<Record<number, string>> = {
  [-2]: 'the anchor is not on this hook',
  [-17]: 'the program is on this hook already',
  [-22]: 'is it a program of section "tc" or "tcx"?',
  [-34]: 'the anchor is not where it was asked to be',
  [-116]: 'the programs on this hook have changed since `revision` was read',
}

/**
 * Attaches a tc program to a device of this thread's network namespace, at a chosen place among others. It may return
 * TCX_NEXT (-1) to let the next one decide. To put another program in its place use `link.update()`.
 *
 * Errors: NOT_FOUND; INVALID_INPUT; EXISTS; NOT_SUPPORTED before 6.6: use {@link attachTc}.
 * Minimum kernel 6.6. Equivalent to: `bpftool net attach tcx_ingress|tcx_egress` (as a link).
 */
export function attachTcx(program: Attachable, options: TcxOptions): Link {
  const operation = 'attachTcx'
  const { before, after, direction, revision = 0n } = options
  if (before !== undefined && after !== undefined)
    throw invalidInput(operation, 'give `before` or `after`, not both: one place is enough')
  const place = anchor(before, AttachFlag.before) ?? anchor(after, AttachFlag.after) ?? { flags: 0, to: 0 }
  const attachType = tcxAttachType(direction, operation)
  const target = deviceIndex(options, operation)
  return attach(program, {
    operation,
    feature: 'tcx',
    place: `tcx ${direction} on ${deviceName(options)}`,
    request: {
      target,
      attachType,
      flags: place.flags,
      relative: { to: place.to, revision },
    },
    hints: HINTS,
  })
}

const DIRECTIONS = { ingress: AttachType.tcxIngress, egress: AttachType.tcxEgress } as const

export function tcxAttachType(direction: 'ingress' | 'egress', operation: string): number {
  return chosen(DIRECTIONS, direction, operation, 'direction')
}

function anchor(to: TcxAnchor | 'all' | undefined, flag: number): { flags: number; to: number } | undefined {
  if (to === undefined) return undefined
  if (to === 'all') return { flags: flag, to: 0 }
  return { flags: flag | (to instanceof Link ? AttachFlag.link : 0), to: to.fd }
}
