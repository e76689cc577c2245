import { formatMac } from '@skep/packet'
import type { Netlink } from 'netlink-ts'
import type { Frame } from '../frame.ts'

/** Which device a frame was seen on. */
export type NameDevice = (frame: Frame) => string

/** What is known of a device. */
export interface KnownDevice {
  readonly index: number
  readonly name: string
  readonly mac?: string | undefined
}

/** The devices as they are now. */
export function knownDevices(netlink: Netlink): KnownDevice[] {
  return [...netlink.link.list()].map(({ index, name, address }) => ({ index, name, mac: address }))
}

/**
 * Names devices: of arrival by the index that the datapath tells, of a redirected frame by its source, which is the
 * address of the device that sends it.
 */
export function deviceNamer(devices: readonly KnownDevice[]): NameDevice {
  const byIndex = new Map(devices.map(({ index, name }) => [index, name]))
  const byMac = new Map(devices.map(({ mac, name }) => [mac, name]))
  return ({ departure, verdict, bytes, device }) => {
    const arrived = byIndex.get(device) ?? `device ${device}`
    if (!departure || verdict.action !== 'REDIRECT') return arrived
    return (bytes.length < 12 ? undefined : byMac.get(formatMac(bytes.subarray(6, 12)))) ?? 'another device'
  }
}
