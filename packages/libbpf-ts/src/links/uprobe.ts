import { readFileSync } from 'node:fs'
import { isAbsolute } from 'node:path'
import { invalidInput, NotSupported } from '../errors.ts'
import type { Attachable } from './attach.ts'
import { symbolOffset } from './elf-symbol.ts'
import type { Link } from './link.ts'
import { attachPerfEvent } from './perf-event.ts'

/** A place in a program or library. */
export type UprobeOptions = {
  /** Absolute path of the executable or shared library. */
  readonly binary: string
  /** Only this process; default all. */
  readonly pid?: number
  /** At the function's return, in place of its begin: a uretprobe. */
  readonly atReturn?: boolean
  /** What `bpf_get_attach_cookie()` answers. */
  readonly cookie?: bigint
} & (
  | {
      /** A function, by its name in `.symtab` or `.dynsym`. */
      readonly symbol: string
    }
  | {
      /** Bytes from the file's begin. */
      readonly offset: bigint
    }
)

const PMU = '/sys/bus/event_source/devices/uprobe'

/**
 * Attaches a program to a place in user-space code.
 *
 * Errors: NOT_FOUND, when the file or the symbol is not there; NOT_SUPPORTED, when the kernel has no uprobes.
 * Minimum kernel 5.15. `bpftool` only lists it: `bpftool link show`.
 */
export function attachUprobe(program: Attachable, options: UprobeOptions): Link {
  const operation = 'attachUprobe'
  const { binary, pid = -1, atReturn = false, cookie } = options
  if (!isAbsolute(binary)) throw invalidInput(operation, `binary "${binary}" must be an absolute path`)
  const offset = 'symbol' in options ? symbolOffset(binary, options.symbol, operation) : options.offset
  const point = 'symbol' in options ? options.symbol : `0x${offset.toString(16)}`
  const config = atReturn ? 1n << BigInt(returnBit()) : 0n
  const event = { type: pmuType(operation), config, path: binary, offset, pid, cookie }
  return attachPerfEvent(program, event, operation, `${atReturn ? 'uretprobe' : 'uprobe'} at ${binary}:${point}`)
}

function pmuType(operation: string): number {
  try {
    return Number(readFileSync(`${PMU}/type`, 'utf8'))
  } catch (cause) {
    throw new NotSupported(operation, 'uprobes by perf_event_open(2)', '4.17 with CONFIG_UPROBE_EVENTS', { cause })
  }
}

/** `config:0`: which bit of `config` asks for the return. */
function returnBit(): number {
  return Number(/config:(\d+)/.exec(readFileSync(`${PMU}/format/retprobe`, 'utf8'))?.[1] ?? 0)
}
