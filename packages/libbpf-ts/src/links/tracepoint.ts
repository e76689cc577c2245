import { readFileSync } from 'node:fs'
import { BpfError } from '../errors.ts'
import { isMounted } from '../file-systems.ts'
import type { Attachable } from './attach.ts'
import type { Link } from './link.ts'
import { attachPerfEvent } from './perf-event.ts'

export interface TracepointOptions {
  /** The folder below `events`: `sched`. */
  readonly category: string
  /** `sched_process_exec` */
  readonly name: string
  /** What `bpf_get_attach_cookie()` answers. */
  readonly cookie?: bigint
}

const PERF_TYPE_TRACEPOINT = 2
const ROOTS = ['/sys/kernel/tracing', '/sys/kernel/debug/tracing']

/**
 * Attaches a program to a tracepoint of the kernel.
 *
 * Errors: NOT_FOUND, when there is no such tracepoint, or no tracefs (`mountTracefs()`).
 * Minimum kernel 5.15. `bpftool` only lists it: `bpftool link show`.
 */
export function attachTracepoint(program: Attachable, options: TracepointOptions): Link {
  const operation = 'attachTracepoint'
  const name = `${options.category}:${options.name}`
  const config = tracepointId(options, operation)
  const event = { type: PERF_TYPE_TRACEPOINT, config, pid: -1, cookie: options.cookie }
  return attachPerfEvent(program, event, operation, `tracepoint ${name}`)
}

function tracepointId({ category, name }: TracepointOptions, operation: string): bigint {
  const root = ROOTS.find((path) => isMounted('tracefs', path))
  if (root === undefined)
    throw new BpfError('NOT_FOUND', operation, 'no tracefs is mounted', { hint: 'call mountTracefs() first' })
  const path = `${root}/events/${category}/${name}/id`
  try {
    return BigInt(readFileSync(path, 'utf8').trim())
  } catch (cause) {
    const hint = `those that there are stand in ${root}/available_events`
    throw new BpfError('NOT_FOUND', operation, `tracepoint ${category}:${name}: ${String(cause)}`, { cause, hint })
  }
}
