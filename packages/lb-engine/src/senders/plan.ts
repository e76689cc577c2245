import type { Link, XdpFeature } from 'netlink-ts'

/** As many as the table has room for: more devices than that are containers', and left to the kernel. */
export const MOST_SENDERS = 1024

/** What is looked at of a device. */
export type SenderLink = Pick<Link, 'index' | 'kind' | 'type'>

export interface SenderWorld {
  /** What each device can do; `undefined`: the kernel does not tell (before Linux 6.3). */
  readonly features: ReadonlyMap<number, ReadonlySet<XdpFeature>> | undefined
  /** The program is on no device natively: then the kernel sends what is redirected, by any device. */
  readonly isGeneric: boolean
}

/** Where the kernel does not tell: the kinds that send what XDP redirects to them. A network card has no kind. */
const SENDING_KINDS: ReadonlySet<string | undefined> = new Set([undefined, 'veth', 'tun', 'bond'])

/** The devices that send what XDP redirects to them. What is for others is left to the kernel. */
export function planSenders(links: readonly SenderLink[], world: SenderWorld): number[] {
  const senders = links.filter((link) => sendsXdp(link, world))
  return senders.slice(0, MOST_SENDERS).map(({ index }) => index)
}

/** Whether a device sends what XDP redirects to it. */
export function sendsXdp({ index, kind, type }: SenderLink, { features, isGeneric }: SenderWorld): boolean {
  if (type !== 'ether') return false
  if (isGeneric) return true
  return features === undefined ? SENDING_KINDS.has(kind) : features.get(index)?.has('ndo-xmit') === true
}
