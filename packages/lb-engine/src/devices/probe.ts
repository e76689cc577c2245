import type { Link, Netlink } from 'netlink-ts'
import { BpfError, type Program } from 'libbpf-ts'
import { explainSender } from '../senders/explain.ts'
import { readFeatures } from '../senders/senders.ts'
import { BARE_NOTE, nativeNote } from './above.ts'
import type { Device, DeviceMode, PinnedLink } from './plan.ts'

/** What a device can do for the program, found out by trying. */
export interface DeviceProbe {
  readonly device: string
  /** Whether XDP runs in its driver. */
  readonly native: boolean
  /** Whether it sends what XDP redirects to it. */
  readonly sends: boolean
  readonly mtu: number
  /** XDP programs that are on it, and not this instance's. */
  readonly others: string
  /** The best mode that it can have now. */
  readonly possible: DeviceMode
  /** Why not a better one. */
  readonly reason?: string
}

/** What is on a device already, and what may be tried on it. */
export interface ProbeWorld {
  readonly netlink: Netlink
  readonly program: Program
  readonly pinned: readonly PinnedLink[]
}

/** Tries each device: the program is on it for a moment, unless it is already. Those that have gone are left out. Needs root. */
export function probeDevices(devices: readonly Device[], world: ProbeWorld): DeviceProbe[] {
  const features = readFeatures()
  return devices.flatMap((device) => {
    const link = world.netlink.link.get({ index: device.index })
    if (link === undefined) return []
    const { sends } = explainSender(link, { features, isGeneric: false })
    return [{ device: device.name, sends, mtu: link.mtu, ...tried(device, link, world) }]
  })
}

function tried(
  device: Device,
  { xdp }: Link,
  { program, pinned }: ProbeWorld,
): Pick<DeviceProbe, 'native' | 'others' | 'possible' | 'reason'> {
  const own = pinned.find(({ index }) => index === device.index)
  const others = xdp === undefined || own?.programId === xdp.programId ? 'none' : `XDP ${xdp.programId} (${xdp.mode})`
  if (own?.mode === 'native') return { native: true, others, possible: 'native' }
  const refused = xdp === undefined ? whyRefused(program, device.index, 'native') : `program ${xdp.programId} is on it`
  if (refused === undefined) return { native: true, others, possible: 'native' }
  const possible = xdp === undefined && whyRefused(program, device.index, 'generic') === undefined ? 'generic' : 'tc'
  const notes = [refused, nativeNote(device.kind), device.isBare ? BARE_NOTE : undefined]
  return { native: false, others, possible, reason: notes.filter((note) => note !== undefined).join('; ') }
}

function whyRefused(program: Program, ifindex: number, mode: 'native' | 'generic'): string | undefined {
  try {
    program.attachXdp({ ifindex, mode })[Symbol.dispose]()
    return undefined
  } catch (error) {
    if (error instanceof BpfError) return error.message
    throw error
  }
}
