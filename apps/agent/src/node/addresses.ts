import { isIP } from 'node:net'
import type { Node } from '@skep/kube'
import type { Netlink } from 'netlink-ts'

/** A link-local address is one only together with a device. */
const LINK_LOCAL = /^(fe80|169\.254)/i

/** Addresses of this node, without their prefix lengths, each once: a NodePort is at all of them. */
export function nodeAddresses(netlink: Netlink): string[] {
  const all = [...netlink.address.list()].map(({ address }) => address.split('/', 1)[0]!)
  return [...new Set(all.filter((address) => !LINK_LOCAL.test(address)))].toSorted()
}

/** The addresses that a Node object names, host names left out. Pure. */
export function addressesOf({ status }: Pick<Node, 'status'>): string[] {
  return status.addresses.flatMap(({ address }) => (isIP(address) === 0 ? [] : [address]))
}
