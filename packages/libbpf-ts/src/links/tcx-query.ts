import { checked } from '../errors.ts'
import { addon } from '../sys/addon.ts'
import { Attr } from '../sys/attr.ts'
import { Command } from '../sys/commands.ts'
import { deviceIndex, deviceName, type Device } from '../sys/device.ts'
import { tcxAttachType } from './tcx.ts'

/** What runs on one direction of a device, in order. */
export interface TcxHook {
  /** Changes with every change of the list. */
  readonly revision: bigint
  /** `linkId` is 0 for programs that were attached without a link. */
  readonly programs: readonly { readonly programId: number; readonly linkId: number }[]
}

const MOST = 64

/**
 * Lists the TCX programs on a device of this thread's network namespace.
 *
 * Errors: NOT_FOUND, INVALID_INPUT. Minimum kernel 6.6. Equivalent to: `bpftool net show dev <device>`.
 */
export function queryTcx(options: Device & { readonly direction: 'ingress' | 'egress' }): TcxHook {
  const operation = 'queryTcx'
  const [programs, links] = [new Uint32Array(MOST), new Uint32Array(MOST)]
  const attr = new Attr(64)
    .u32(0, deviceIndex(options, operation))
    .u32(4, tcxAttachType(options.direction, operation))
    .u32(24, MOST)
  const pointers = [16, bytes(programs), 40, bytes(links)] as const
  const status = addon().bpf(Command.programQuery, attr.bytes, ...pointers)
  checked(status, operation, `${options.direction} of ${deviceName(options)}`)
  const count = attr.getU32(24)
  return {
    revision: attr.getU64(56),
    programs: Array.from(programs.subarray(0, count), (programId, index) => ({ programId, linkId: links[index] ?? 0 })),
  }
}

function bytes(words: Uint32Array): Uint8Array {
  return new Uint8Array(words.buffer)
}
