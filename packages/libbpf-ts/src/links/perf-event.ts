import { checked } from '../errors.ts'
import { Handle } from '../handle.ts'
import { addon } from '../sys/addon.ts'
import { Attr, cString } from '../sys/attr.ts'
import { AttachType } from '../sys/link.ts'
import { attach, type Attachable } from './attach.ts'
import type { Link } from './link.ts'

/** A perf event that programs can be attached to. */
export interface PerfEvent {
  /** `perf_event_attr.type`: tracepoints 2, uprobes as sysfs says. */
  readonly type: number
  readonly config: bigint
  /** uprobe: the file and the place in it. */
  readonly path?: string
  readonly offset?: bigint
  /** -1: all processes. */
  readonly pid: number
  readonly cookie?: bigint | undefined
}

/** struct perf_event_attr up to version 5, and where its fields are. */
const SIZE = 112
const UPROBE_PATH = 56
const PROBE_OFFSET = 64
const PERF_EVENT_IOC_ENABLE = 0x2400

/** Opens the event, attaches and switches it on. The link keeps the event; its fd is not needed any more. */
export function attachPerfEvent(program: Attachable, event: PerfEvent, operation: string, place: string): Link {
  const attr = new Attr(SIZE).u32(0, event.type).u32(4, SIZE).u64(8, event.config)
  if (event.offset !== undefined) attr.u64(PROBE_OFFSET, event.offset)
  const path = event.path === undefined ? null : cString(event.path)
  const cpu = event.pid < 0 ? 0 : -1
  const fd = addon().perfEventOpen(attr.bytes, event.pid, cpu, UPROBE_PATH, path)
  using handle = new Handle('event', checked(fd, operation, place), place)
  const request = { target: handle.fd, attachType: AttachType.perfEvent, cookie: event.cookie }
  using cleanup = new DisposableStack()
  const link = cleanup.use(attach(program, { operation, feature: 'perf-event-link', place, request }))
  checked(addon().ioctl(handle.fd, PERF_EVENT_IOC_ENABLE, 0), operation, place)
  cleanup.move()
  return link
}
