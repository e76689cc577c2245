import { existsSync, readdirSync } from 'node:fs'
import { join } from 'node:path'
import type { Program } from 'libbpf-ts'
import type { InstancePaths } from '../instance/paths.ts'
import { deviceOfPin, hookOfLinkPin, isFilterPin, type LinkHook } from './pins.ts'
import { PinnedFilter } from './filter.ts'
import { PinnedLink } from './pinned-link.ts'

/** A program of the load balancer on one hook of a device, in whose place another can be put. */
export interface Attached extends Disposable {
  /** What it is pinned as, in the folder of links. */
  readonly pin: string
  /** As the device was called when it was attached. */
  readonly device: string
  readonly hook: LinkHook
  /** 0: its device has gone, and it with it. */
  readonly ifindex: number
  readonly programId: number
  /** Atomically: no packet goes by in between. `expected`: not if another program is there by now. */
  update(program: Program, options?: { readonly expected?: Program }): void
  /** Off the device, and its pin away. */
  detach(): void
}

/** All of an instance, open. */
export function openAttached(paths: InstancePaths): Attached[] {
  return attachedPins(paths).map((pin) => openPin(paths, pin))
}

/** What `look` finds at each of them, which it need not close. */
export function lookAtAttached<T>(paths: InstancePaths, look: (attached: Attached) => T): T[] {
  return openAttached(paths).map((attached) => {
    using held = attached
    return look(held)
  })
}

/** Those whose device is there. */
export function openLive(paths: InstancePaths): Attached[] {
  return openAttached(paths).filter((attached) => {
    const live = attached.ifindex !== 0
    if (!live) attached[Symbol.dispose]()
    return live
  })
}

/** The names that they are pinned as. */
export function attachedPins(paths: InstancePaths): string[] {
  return existsSync(paths.links) ? readdirSync(paths.links) : []
}

function openPin(paths: InstancePaths, pin: string): Attached {
  const place = { paths, pin, path: join(paths.links, pin), device: deviceOfPin(pin), hook: hookOfLinkPin(pin) }
  return isFilterPin(pin) ? new PinnedFilter(place) : new PinnedLink(place)
}
