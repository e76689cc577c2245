import { openNetlink } from 'netlink-ts'
import { pinnedLinks } from '../devices/links.ts'
import { readAbsent, readAttachments } from '../devices/record.ts'
import type { InstancePaths } from '../instance/paths.ts'
import type { DeviceStatus } from './types.ts'

/** The devices that the program is on, was, or should be. */
export function readDevices(paths: InstancePaths): DeviceStatus[] {
  using netlink = openNetlink()
  const attachments = readAttachments(paths)
  const pinned = pinnedLinks(paths, netlink).map(({ device, index, mode }) => {
    const reason = attachments[device]?.reason
    return { name: device, mode, ...(reason === undefined ? {} : { reason }), attached: index !== 0 }
  })
  const absent = readAbsent(paths).filter(({ device }) => pinned.every(({ name }) => name !== device))
  return [...pinned, ...absent.map(({ device, ...rest }) => ({ name: device, ...rest, attached: false }))]
}
