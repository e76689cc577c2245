import type { Acceleration } from '../model/settings.ts'
import { isAbove } from './above.ts'

/** Where in the kernel XDP runs on a device. */
export type XdpMode = 'native' | 'generic'

/** How a device's packets meet the program: by XDP, or by tc, where they come as the kernel has them. */
export type DeviceMode = XdpMode | 'tc'

/** A device that exists. */
export interface Device {
  readonly name: string
  readonly index: number
  /** `bond`, `vlan`, …, or the link type of hardware. */
  readonly kind?: string
  /** Its packets begin with the IP header: nothing can be balanced there. */
  readonly isBare?: boolean
  /** Backends of this host are behind it: by tc, whatever is asked for. */
  readonly isInner?: boolean
}

/** A pinned link. `index` 0: its device has gone, and the link with it is without effect. */
export interface PinnedLink {
  readonly device: string
  readonly index: number
  readonly mode: DeviceMode
  readonly programId: number
}

/** A step towards the wanted devices. */
export type DeviceStep =
  /** Name the pin of the link that is there as the device is called now: nothing is detached. */
  | { readonly do: 'rename'; readonly device: Device; readonly from: string }
  /** Swap the program in the link that is there: no packet is missed. */
  | { readonly do: 'update'; readonly device: Device; readonly mode: DeviceMode }
  /** Attach, trying the modes in turn. */
  | { readonly do: 'attach'; readonly device: Device; readonly modes: readonly DeviceMode[] }
  /** Attach in another mode, trying them in turn, and then take off what is there: no packet is missed. */
  | LinkChange
  /** Take off what a switch has left that was killed. */
  | { readonly do: 'drop'; readonly device: Device; readonly mode: DeviceMode }
  /** Take the link off and its pin away. */
  | { readonly do: 'detach'; readonly device: string; readonly index: number; readonly reason: DetachReason }

/** A device whose mode the configuration does not allow any more. `from`: what it has; `modes`: what it may have. */
export interface LinkChange {
  readonly do: 'switch'
  readonly device: Device
  readonly from: readonly DeviceMode[]
  readonly modes: readonly DeviceMode[]
}

export type DetachReason = 'not wanted' | 'device has gone'

/**
 * Plans the links. Those that are there are updated in place, in the mode they have, if the configuration allows it. What
 * is dropped is detached last. Links of devices that have gone are cleared first, so that a new device of that name gets
 * its pin.
 */
export function planDevices(
  wanted: readonly Device[],
  pinned: readonly PinnedLink[],
  acceleration: Acceleration,
): DeviceStep[] {
  const isWanted = (link: PinnedLink) => wanted.some(({ index }) => index === link.index)
  const isGone = (link: PinnedLink) => link.index === 0 || (!isWanted(link) && isReplaced(link, wanted))
  const detach = (reason: DetachReason) => (link: PinnedLink) =>
    ({ do: 'detach', device: link.device, index: link.index, reason }) as const
  return [
    ...pinned.filter(isGone).map(detach('device has gone')),
    ...wanted.flatMap((device) =>
      stepsFor(
        device,
        pinned.filter(({ index }) => index === device.index),
        device.isInner === true ? ['tc'] : modesFor(acceleration, device.kind),
      ),
    ),
    ...pinned.filter((link) => !isGone(link) && !isWanted(link)).map(detach('not wanted')),
  ]
}

/** For a device that has these links. A device has two only where a change of mode was killed. */
function stepsFor(device: Device, links: readonly PinnedLink[], modes: readonly DeviceMode[]): DeviceStep[] {
  if (links.length === 0) return [{ do: 'attach', device, modes }]
  const from = links.map(({ mode }) => mode)
  const other = links.find((link) => link.device !== device.name)
  const renamed: DeviceStep[] = other ? [{ do: 'rename', device, from: other.device }] : []
  const stays = modes.find((mode) => from.includes(mode))
  if (stays === undefined) return [...renamed, { do: 'switch', device, from, modes }]
  const leftOver = from.filter((mode) => mode !== stays)
  return [
    ...renamed,
    { do: 'update', device, mode: stays },
    ...leftOver.map((mode) => ({ do: 'drop', device, mode }) as const),
  ]
}

/** Another device has its name now. */
function isReplaced(link: PinnedLink, wanted: readonly Device[]): boolean {
  return wanted.some(({ name }) => name === link.device)
}

/**
 * The modes to try, in order. What comes by a bond or a VLAN device is the kernel's packet already, which generic XDP would
 * copy: there tc is the next best.
 */
export function modesFor(acceleration: Acceleration, kind?: string): readonly DeviceMode[] {
  if (acceleration !== 'best-effort') return [acceleration]
  return isAbove(kind) ? ['native', 'tc', 'generic'] : ['native', 'generic', 'tc']
}

/** Whether the driver's own XDP is tried at all. */
export function wantsNative({ acceleration }: { readonly acceleration: Acceleration }): boolean {
  return modesFor(acceleration).includes('native')
}

/** Those of XDP alone. */
export function xdpModesFor(acceleration: Acceleration): readonly XdpMode[] {
  return modesFor(acceleration).filter((mode) => mode !== 'tc')
}
