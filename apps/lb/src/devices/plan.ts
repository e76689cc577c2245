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
  /** Name the pin of the link that is there as the device is called now: nothing is detached. */
  | { readonly do: 'rename'; readonly device: Device; readonly from: string }
  /** Swap the program in the link that is there: no packet is missed. */
  | { readonly do: 'update'; readonly device: Device; readonly mode: XdpMode }
  /** Attach, trying the modes in turn. */
  | { readonly do: 'attach'; readonly device: Device; readonly modes: readonly XdpMode[] }
  /** Take the link off and its pin away. */
  | { readonly do: 'detach'; readonly device: string; readonly index: number; readonly reason: DetachReason }

export type DetachReason = 'not wanted' | 'device has gone'

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
  const linkOf = ({ index }: Device) => pinned.find((link) => link.index === index)
  const isWanted = (link: PinnedLink) => wanted.some(({ index }) => index === link.index)
  const isGone = (link: PinnedLink) => link.index === 0 || (!isWanted(link) && isReplaced(link, wanted))
  const detach = (reason: DetachReason) => (link: PinnedLink) =>
    ({ do: 'detach', device: link.device, index: link.index, reason }) as const
  return {
    steps: [
      ...pinned.filter(isGone).map(detach('device has gone')),
      ...wanted.flatMap((device): DeviceStep[] => {
        const link = linkOf(device)
        if (link === undefined) return [{ do: 'attach', device, modes: modesFor(acceleration) }]
        const renamed = link.device === device.name ? [] : [{ do: 'rename', device, from: link.device } as const]
        return [...renamed, { do: 'update', device, mode: link.mode }]
      }),
      ...pinned.filter((link) => !isGone(link) && !isWanted(link)).map(detach('not wanted')),
    ],
    refused: wanted.flatMap((device) => modeConflict(device, linkOf(device), acceleration)),
  }
}

/** Another device has its name now. */
function isReplaced(link: PinnedLink, wanted: readonly Device[]): boolean {
  return wanted.some(({ name }) => name === link.device)
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
