import type { Netlink } from 'netlink-ts'
import type { Config } from '../config/config.ts'
import { desiredRouters } from './desired.ts'
import { placeOf, strayAddresses } from './place.ts'

/** What would be announced from this machine, and what stands against it here and now. Changes nothing. */
export function checkAnnouncements(config: Config, netlink: Netlink): { lines: string[]; warnings: string[] } {
  const links = [...netlink.link.list()]
  const addresses = [...netlink.address.list()]
  const routers = desiredRouters(config)
  const found = routers.map((router) => {
    const { id, family, priority, addresses: announced } = router.config
    const place = placeOf(router, links, addresses)
    const name = `virtual router ${id} (${family === 'ipv4' ? 'IPv4' : 'IPv6'})`
    const speaks = 'why' in place ? '' : `, from ${place.source}`
    return {
      line: `announce: ${name} on ${router.device}${speaks}, priority ${priority}: ${announced.join(', ')}`,
      warnings: [
        ...('why' in place ? [`${name} would not take part: ${place.why}`] : []),
        ...strayAddresses(router, links, addresses),
      ],
    }
  })
  return { lines: found.map(({ line }) => line), warnings: found.flatMap(({ warnings }) => warnings) }
}
