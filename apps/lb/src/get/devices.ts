import { openNetlink } from 'netlink-ts'
import type { InstancePaths } from '../instance/paths.ts'
import { readDevices } from '../status/read.ts'
import type { Column } from './format.ts'

/** A device that the program is on, or was, as `skep-lb get devices` shows it. */
export interface DeviceRow {
  readonly name: string
  readonly mode: 'native' | 'generic'
  /** False: the device has gone, and the link with it is without effect. */
  readonly attached: boolean
  /** Why it is not native where native was asked for. */
  readonly reason: string | null
  readonly index: number | null
  readonly state: string | null
  readonly mtu: number | null
  readonly addresses: readonly string[]
}

export const deviceColumns: readonly Column<DeviceRow>[] = [
  { title: 'DEVICE', of: ({ name }) => name },
  { title: 'MODE', of: ({ mode, attached }) => (attached ? mode : 'gone') },
  { title: 'STATE', of: ({ state }) => state },
  { title: 'REASON', of: ({ reason }) => reason },
  { title: 'INDEX', of: ({ index }) => index, wide: true },
  { title: 'MTU', of: ({ mtu }) => mtu, wide: true },
  { title: 'ADDRESSES', of: ({ addresses }) => addresses.join(','), wide: true },
]

/** The devices of an instance. */
export function deviceRows(paths: InstancePaths): DeviceRow[] {
  using netlink = openNetlink()
  const links = new Map([...netlink.link.list()].map((link) => [link.name, link]))
  const addresses = [...netlink.address.list()]
  return readDevices(paths).map(({ name, mode, reason = null, attached }) => {
    const link = attached ? links.get(name) : undefined
    return {
      name,
      mode,
      attached,
      reason,
      index: link?.index ?? null,
      state: link === undefined ? null : String(link.operState ?? 'unknown'),
      mtu: link?.mtu ?? null,
      addresses: addresses.filter(({ index }) => index === link?.index).map(({ address }) => address),
    }
  })
}
