import { readLinks } from '@skep/device-detect'
import { openNetlink } from 'netlink-ts'
import { announceDevicesExist } from './announce/rules.ts'
import { bgpFiles } from './bgp/rules.ts'
import type { MachineRule } from './config/load.ts'
import { show, type Finding } from '@skep/config-file'
import { devicesExist } from './config/devices-exist.ts'
import { healthFiles } from './health/files.ts'
import { formatAddress, tryParseAddress } from '@skep/packet'

/** The rules that only this machine, as it is now, can answer. Reading takes no privilege. */
export function machineRules(): MachineRule[] {
  using netlink = openNetlink()
  const snapshot = { links: readLinks(netlink), routes: [], addresses: [...netlink.address.list()] }
  const devices = snapshot.links.map(({ name }) => name)
  const addresses = snapshot.addresses.map(({ address }) => address.split('/')[0]!)
  return [devicesExist(snapshot), sourcesAreOwn(addresses), announceDevicesExist(devices), healthFiles, bgpFiles]
}

function sourcesAreOwn(own: readonly string[]): MachineRule {
  return (document) => {
    const sources = (document as { spec?: { snat?: { sources?: unknown } } } | null)?.spec?.snat?.sources
    if (!Array.isArray(sources)) return []
    return sources.flatMap((source: unknown, i): Finding[] => {
      const address = typeof source === 'string' ? tryParseAddress(source) : undefined
      if (address === undefined || own.includes(formatAddress(address))) return []
      const message = `${show(source)} is no address of this host; there are: ${own.join(', ')}`
      return [{ path: ['spec', 'snat', 'sources', i], message }]
    })
  }
}
