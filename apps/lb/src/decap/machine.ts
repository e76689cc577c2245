import { readLinks } from '@skep/device-detect'
import { type Link, openNetlink } from 'netlink-ts'
import { type Finding, show } from '@skep/config-file'
import { devicesExist } from '../config/devices-exist.ts'

/** The rules that only this machine can answer: the devices are there, and their frames are Ethernet's. */
export function devicesOfMachine(document: unknown): readonly Finding[] {
  using netlink = openNetlink()
  const links = readLinks(netlink)
  return [...devicesExist({ links, routes: [], addresses: [] })(document), ...framesAreEthernet(links)(document)]
}

/** A tunnel's packets begin with the IP header, where these programs expect a frame. */
export function framesAreEthernet(links: readonly Pick<Link, 'name' | 'type'>[]): (document: unknown) => Finding[] {
  const others = new Set(links.filter(({ type }) => type !== 'ether' && type !== 'loopback').map(({ name }) => name))
  return (document) => {
    const devices = (document as { spec?: { devices?: unknown } } | null)?.spec?.devices
    if (!Array.isArray(devices)) return []
    return devices.flatMap((device: unknown, i): Finding[] => {
      if (typeof device !== 'string' || !others.has(device)) return []
      const message = `${show(device)} has no Ethernet frames; write the device below it, which its packets come in by`
      return [{ path: ['spec', 'devices', i], message }]
    })
  }
}
