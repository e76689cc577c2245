import { existsSync, mkdirSync, readdirSync, renameSync, rmSync } from 'node:fs'
import { join } from 'node:path'
import type { PodTc } from '@skep/datapath/pod-tc'
import { copy, copyMissing, SockLbError } from '@skep/sock-lb'
import { BpfError, MapHandle, rcuGracePeriod } from 'libbpf-ts'
import { type Capacities, defaultCapacities } from './capacities.ts'
import type { Devices } from './devices.ts'
import type { Folders } from './folders.ts'
import { load, type LoadOptions, sizeOfPin } from './load.ts'

/** The programs over their maps, and what became of maps that are not as they were, a line each. */
export interface Taken {
  readonly loaded: PodTc
  /** Why they were; then each of which nothing could be carried over: `what was in … is lost: …`. */
  readonly madeAnew: readonly string[]
}

/** As `load` takes them; where is known. */
export type TakeOptions = Omit<LoadOptions, 'folder'>

/**
 * Loads the programs and puts them in the place of those that are attached. Maps of another layout, or with less room than is
 * asked for, are made anew with what is in them: while both are in use, answers are translated by both. Killed at any moment,
 * the next one does the rest.
 */
export function takeOver(options: TakeOptions, folders: Folders, devices: Devices): Taken {
  const why = whyAnew(options, folders)
  if (why !== undefined) return anew(options, folders, devices, why)
  using stack = new DisposableStack()
  try {
    const loaded = stack.use(load({ ...options, folder: folders.maps }))
    devices.adopt(loaded.programs)
    stack.move()
    return { loaded, madeAnew: [] }
  } catch (error) {
    if (!isLayout(error)) throw error
    return anew(options, folders, devices, (error as Error).message)
  }
}

/** What a start that was killed has begun, or more room. */
function whyAnew({ capacities }: TakeOptions, folders: Folders): string | undefined {
  if (existsSync(folders.next)) return 'an earlier start was killed on its way'
  const { flows, fragments }: Capacities = { ...defaultCapacities, ...capacities }
  for (const [name, asked] of Object.entries({ pod_flows: flows, pod_fragments: fragments })) {
    const there = sizeOfPin(join(folders.maps, name))
    if (there !== undefined && there < asked) return `${name}: ${asked} entries are asked for, and there were ${there}`
  }
  return undefined
}

function anew(options: TakeOptions, folders: Folders, devices: Devices, why: string): Taken {
  using stack = new DisposableStack()
  const loaded = stack.use(loadNext(options, folders.next))
  const lost = fill(folders)
  devices.attachBeside(loaded.programs)
  devices.adopt(loaded.programs, ['ingress'])
  rcuGracePeriod()
  fill(folders)
  devices.keepBeside(loaded.programs)
  for (const name of readdirSync(folders.next)) renameSync(join(folders.next, name), join(folders.maps, name))
  rmSync(folders.next, { recursive: true })
  stack.move()
  return { loaded, madeAnew: [why, ...lost] }
}

/** What another release has left there on its way is not gone on with. */
function loadNext(options: TakeOptions, folder: string): PodTc {
  mkdirSync(folder, { recursive: true, mode: 0o700 })
  try {
    return load({ ...options, folder })
  } catch (error) {
    if (!isLayout(error)) throw error
    for (const name of readdirSync(folder)) rmSync(join(folder, name))
    return load({ ...options, folder })
  }
}

/** Everything that is known goes over, but for what is known there already. Says what could not. */
export function fill({ maps, next }: Folders): string[] {
  return readdirSync(next).flatMap((name) => {
    const pin = join(maps, name)
    if (!existsSync(pin)) return []
    using before = MapHandle.openPinned(pin)
    using after = MapHandle.openPinned(join(next, name))
    const isCounted = before.info.type.endsWith('array')
    try {
      ;(isCounted ? copy : copyMissing)({ name, before, after })
      return []
    } catch (error) {
      if (!(error instanceof SockLbError)) throw error
      return [`what was in ${name} is lost: ${error.message}`]
    }
  })
}

function isLayout(error: unknown): boolean {
  return error instanceof BpfError && error.code === 'LAYOUT_MISMATCH'
}
