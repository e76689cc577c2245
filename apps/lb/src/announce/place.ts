import { type LinkDevice, OWNER_PRIORITY } from '@skep/vrrp'
import type { DeviceAddress, Link } from 'netlink-ts'
import type { DesiredRouter } from './router.ts'

/** Where a virtual router can be on this host now, or why it cannot. */
export type Place = { readonly device: LinkDevice; readonly source: string } | { readonly why: string }

/** The device and the own address that a virtual router speaks from. Pure. */
export function placeOf(
  { device: name, config }: DesiredRouter,
  links: readonly Link[],
  addresses: readonly DeviceAddress[],
): Place {
  const link = links.find((one) => one.name === name)
  if (link === undefined) return { why: `there is no device ${name}` }
  if (!link.up) return { why: `${name} is down` }
  if (!['UP', 'UNKNOWN'].includes(String(link.operState))) return { why: `${name} has no carrier` }
  if (link.address === undefined) return { why: `${name} has no MAC address` }
  const own = addresses.filter(({ index, family }) => index === link.index && family === config.family)
  const source = sourceOf(config, own)
  if (source === undefined) return { why: missing(name, config) }
  return { device: { name, index: link.index, mac: link.address }, source }
}

/** Announced addresses that this host has itself, in words: the kernel answers for them, whoever owns them. Pure. */
export function strayAddresses(
  { config }: DesiredRouter,
  links: readonly Link[],
  addresses: readonly DeviceAddress[],
): string[] {
  if (config.priority === OWNER_PRIORITY) return []
  return addresses.flatMap(({ address, index }) => {
    if (!config.addresses.includes(address.split('/')[0]!)) return []
    const device = links.find((link) => link.index === index)?.name ?? `device ${index}`
    return [
      `${address} is on ${device} of this host, so the kernel answers for it even while another host owns it; take it away: ip address delete ${address} dev ${device}`,
    ]
  })
}

type Wanted = DesiredRouter['config']

/** IPv6 speaks from the link-local address (RFC 9568, 5.1.2.1), to peers elsewhere from a global one. */
function sourceOf({ source, family, peers }: Wanted, own: readonly DeviceAddress[]): string | undefined {
  const usable = own.filter(({ flags }) => !flags.includes('tentative') && !flags.includes('dadfailed'))
  const plain = (one: DeviceAddress | undefined) => one?.address.split('/')[0]
  if (source !== '') return usable.map(plain).find((address) => address === source)
  if (family === 'ipv4') return plain(usable.find(({ scope }) => scope !== 'host'))
  const wantsGlobal = peers.some((peer) => !/^fe[89ab]/.test(peer))
  return plain(usable.find(({ scope }) => (scope === 'link') !== wantsGlobal))
}

function missing(name: string, { source, family, peers }: Wanted): string {
  if (source !== '') return `${name} does not have the address ${source}`
  if (family === 'ipv4') return `${name} has no IPv4 address to speak from`
  return `${name} has no usable ${peers.length > 0 ? '' : 'link-local '}IPv6 address to speak from`
}
