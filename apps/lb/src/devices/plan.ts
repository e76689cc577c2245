import type { Acceleration } from '../config/config.ts'

/** Where in the kernel XDP runs on a device. */
export type XdpMode = 'native' | 'generic'

/** A device that exists. */
export interface Device {
  readonly name: string
  readonly index: number
}

/** A pinned link. `index` 0: its device has gone, and the link with it is without effect. */
export interface PinnedLink {
  readonly device: string
  readonly index: number
  readonly mode: XdpMode
  readonly programId: number
}

/** A step towards the wanted devices. */
export type DeviceStep =
  /** Swap the program in the link that is there: no packet is missed. */
  | { readonly do: 'update'; readonly device: Device; readonly mode: XdpMode }
  /** Attach, trying the modes in turn. */
  | { readonly do: 'attach'; readonly device: Device; readonly modes: readonly XdpMode[] }
  /** Take the link off and its pin away. */
  | { readonly do: 'detach'; readonly device: string; readonly reason: 'not wanted' | 'device has gone' }

/** What the steps leave as it is although the configuration says otherwise, and why. */
export interface DevicePlan {
  readonly steps: readonly DeviceStep[]
  readonly refused: readonly string[]
}

/**
 * Plans the links. Those that are there are updated in place, in the mode they have: a change of mode would leave the
 * device without a program for a moment. What is dropped is detached last. Links of devices that have gone are
 * cleared first, so that a new device of that name gets its pin.
 */
export function planDevices(
  wanted: readonly Device[],
  pinned: readonly PinnedLink[],
  acceleration: Acceleration,
): DevicePlan {
  const live = (link: PinnedLink) =>
    link.index !== 0 && !wanted.some((d) => d.name === link.device && d.index !== link.index)
  const linkOf = (device: Device) => pinned.find((link) => live(link) && link.device === device.name)
  const gone = pinned.filter((link) => !live(link))
  const dropped = pinned.filter((link) => live(link) && !wanted.some((device) => device.name === link.device))
  const detach = (reason: 'not wanted' | 'device has gone') => (link: PinnedLink) =>
    ({ do: 'detach', device: link.device, reason }) as const
  return {
    steps: [
      ...gone.map(detach('device has gone')),
      ...wanted.map((device): DeviceStep => {
        const link = linkOf(device)
        if (link) return { do: 'update', device, mode: link.mode }
        return { do: 'attach', device, modes: modesFor(acceleration) }
      }),
      ...dropped.map(detach('not wanted')),
    ],
    refused: wanted.flatMap((device) => modeConflict(device, linkOf(device), acceleration)),
  }
}

/** The modes to try, in order. */
export function modesFor(acceleration: Acceleration): readonly XdpMode[] {
  return acceleration === 'best-effort' ? ['native', 'generic'] : [acceleration]
}

function modeConflict(device: Device, link: PinnedLink | undefined, acceleration: Acceleration): string[] {
  if (link === undefined || modesFor(acceleration).includes(link.mode)) return []
  return [
    `${device.name} runs in ${link.mode} mode, and the configuration asks for ${acceleration}: a change of mode interrupts traffic, so it takes skep-lb uninstall and a new start`,
  ]
}
