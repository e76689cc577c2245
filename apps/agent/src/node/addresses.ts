import type { Netlink } from 'netlink-ts'

/** A link-local address is one only together with a device. */
const LINK_LOCAL = /^(fe80|169\.254)/i

/** Addresses of this node, without their prefix lengths, each once: a NodePort is at all of them. */
export function nodeAddresses(netlink: Netlink): string[] {
  const all = [...netlink.address.list()].map(({ address }) => address.split('/', 1)[0]!)
  return [...new Set(all.filter((address) => !LINK_LOCAL.test(address)))].toSorted()
}
