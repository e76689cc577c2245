import type { Config } from '../config/config.ts'
import { type Finding, formatPath, type Path, show, suggest } from '@skep/config-file'
import { family } from '../config/family.ts'
import type { VrrpGroup } from './config.ts'
import { addressesOf, familyName } from './desired.ts'

const MOST_ADDRESSES = 255

/** What no field of the announcements can say by itself. Needs a document that is otherwise valid. */
export function checkAnnounce(config: Config): Finding[] {
  const groups = config.announce?.vrrp ?? []
  return groups.flatMap((group, i) => {
    const path = ['spec', 'announce', 'vrrp', i]
    return [
      ...unknownServices(config, group, path),
      ...sameGroup(groups, i, path),
      ...sourcesPerFamily(group, path),
      ...peersPerFamily(config, group, path),
      ...tooMany(config, group, path),
    ]
  })
}

/** Whether the devices of the announcements exist; on the raw document, as the machine's other rules. */
export function announceDevicesExist(devices: readonly string[]): (document: unknown) => Finding[] {
  return (document) => {
    const groups = (document as { spec?: { announce?: { vrrp?: unknown } } } | null)?.spec?.announce?.vrrp
    if (!Array.isArray(groups)) return []
    return groups.flatMap((group: { device?: unknown } | null, i): Finding[] => {
      const device = group?.device
      if (typeof device !== 'string' || devices.includes(device)) return []
      const message = `${show(device)}: no such device; ${suggest(device, devices)}`
      return [{ path: ['spec', 'announce', 'vrrp', i, 'device'], message }]
    })
  }
}

function unknownServices({ services }: Config, group: VrrpGroup, path: Path): Finding[] {
  if (group.services === 'all') return []
  const known = services.map(({ name }) => name)
  return group.services.flatMap((name, i): Finding[] =>
    known.includes(name)
      ? []
      : [{ path: [...path, 'services', i], message: `${show(name)}: no such service; ${suggest(name, known)}` }],
  )
}

function sameGroup(groups: readonly VrrpGroup[], index: number, path: Path): Finding[] {
  const { id, device } = groups[index]!
  const first = groups.findIndex((other) => other.id === id && other.device === device)
  if (first === index) return []
  const taken = formatPath(['spec', 'announce', 'vrrp', first])
  return [{ path: [...path, 'id'], message: `${id} is the id of ${taken} on ${device} too; give one another id` }]
}

function sourcesPerFamily({ sources }: VrrpGroup, path: Path): Finding[] {
  return sources.flatMap((source, i): Finding[] => {
    const first = sources.findIndex((other) => family(other) === family(source))
    if (first === i) return []
    const message = `${show(source)}: ${show(sources[first])} is the IPv${family(source)} source already; write at most one of each family`
    return [{ path: [...path, 'sources', i], message }]
  })
}

/** Who is told over IPv4 alone does not hear of IPv6 addresses, and would own them too. */
function peersPerFamily(config: Config, group: VrrpGroup, path: Path): Finding[] {
  if (group.peers.length === 0) return []
  return ([4, 6] as const).flatMap((v): Finding[] => {
    const [address] = addressesOf(config, group, v)
    if (address === undefined || group.peers.some((peer) => family(peer) === v)) return []
    const message = `none is an IPv${v} address, but ${address} is announced; the peers of each family elect an owner by themselves: add the IPv${v} addresses of the same load balancers`
    return [{ path: [...path, 'peers'], message }]
  })
}

function tooMany(config: Config, group: VrrpGroup, path: Path): Finding[] {
  return ([4, 6] as const).flatMap((v): Finding[] => {
    const { length } = addressesOf(config, group, v)
    if (length <= MOST_ADDRESSES) return []
    const message = `${length} ${familyName(v)} addresses are too many for one group; spread the services over groups of at most ${MOST_ADDRESSES}`
    return [{ path: [...path, 'services'], message }]
  })
}
