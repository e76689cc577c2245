import type { Monitor, MonitorEvent, Netlink } from 'netlink-ts'
import { detect } from '../detect/detect.ts'
import type { Detection, DetectOptions } from '../detect/types.ts'
import type { Selection } from '../selection/types.ts'
import type { ReadOptions } from '../snapshot/read.ts'
import type { Snapshot } from '../snapshot/types.ts'
import { Bell } from './bell.ts'
import { type DeviceChange, deviceChanges } from './changes.ts'
import { hold, HOLD_MS, nothingHeld } from './hold.ts'
import { HostView } from './view.ts'

/** How devices are followed. Times in milliseconds. */
export interface FollowOptions extends DetectOptions, ReadOptions {
  /** Ends the iteration. */
  readonly signal?: AbortSignal | undefined
  /** A device whose routes have gone is let go so long after that. Default 10,000. */
  readonly holdMs?: number | undefined
  /** Events that follow one another so closely are looked at together. Default 50. */
  readonly quietMs?: number | undefined
  /** However many come, the first is looked at so long after it. Default 250. */
  readonly mostMs?: number | undefined
}

/** What is chosen, and what has changed about it. */
export interface DeviceEvent {
  /** Empty at the start, where there was nothing before. */
  readonly changes: readonly DeviceChange[]
  readonly detection: Detection
  readonly snapshot: Snapshot
}

const kinds = ['link', 'address', 'route', 'nexthop'] as const

/**
 * The chosen devices, now and whenever they change, until the signal aborts:
 *
 *     for await (const { changes, detection } of followDevices(netlink, selection)) …
 *
 * Follows link, address, route and nexthop events; nothing is polled. Reading takes no rights. Linux 5.3.
 */
export async function* followDevices(
  netlink: Netlink,
  selection: Selection,
  options: FollowOptions = {},
): AsyncGenerator<DeviceEvent, void> {
  const { signal, holdMs = HOLD_MS, quietMs = 50, mostMs = 250 } = options
  if (signal?.aborted) return
  await using monitor = netlink.monitor(kinds, { signal })
  using bell = new Bell({ quietMs, mostMs })
  const view = new HostView(netlink, options)
  void ringFor(monitor, view, bell)
  let held = nothingHeld
  let before: Detection | undefined
  let readAt: number | undefined
  try {
    for (;;) {
      const { snapshot } = view
      const now = hold(detect(snapshot, selection, options), held, performance.now(), holdMs)
      const changes = before ? deviceChanges(before, now.detection) : []
      if (before === undefined || changes.length > 0) yield { changes, detection: now.detection, snapshot }
      held = now.held
      before = now.detection
      await bell.wait(earlier(now.dueAt, readAt))
      readAt = view.refresh()
    }
  } catch (error) {
    if (!signal?.aborted) throw error
  }
}

/** Hands on what the monitor tells; its end, too. */
async function ringFor(monitor: Monitor, view: HostView, bell: Bell): Promise<void> {
  try {
    for await (const event of monitor) if (!isStart(event) && view.note(event)) bell.ring()
  } catch (error) {
    bell.fail(error)
  }
}

/** The first event tells what the view has, which was made after it. */
function isStart(event: MonitorEvent): boolean {
  return event.type === 'resync' && event.reason === 'start'
}

function earlier(a: number | undefined, b: number | undefined): number | undefined {
  return a === undefined || b === undefined ? (a ?? b) : Math.min(a, b)
}
