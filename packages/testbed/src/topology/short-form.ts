import type { Cidr } from '@skep/packet'
import { cidrNetwork, formatAddress, parseCidr } from '@skep/packet'
import { TestbedError } from '../error.ts'
import type { AddressList, EndSpec, HostSpec, LinkSpec, ShortForm, TopologySpec } from './spec.ts'
import { listOf } from './spec.ts'

/** Address lists by host. */
type Entries = readonly (readonly [host: string, addresses: AddressList])[]

interface Draft {
  readonly links: Map<string, Record<string, { device: string; addresses: string[] }>>
  readonly hosts: Record<string, HostSpec & { loopback: string[] }>
}

/**
 * The full form of a short one: hosts that share a subnet share a link, and have their devices in the order of their
 * addresses. The n-th IPv4 and the n-th IPv6 subnet of the same hosts are one link. A lone /32 or /128 goes to `lo`.
 * Throws {@link TestbedError} for a host that is alone in its subnet, and for what is no address.
 */
export function expandShortForm<Host extends string>(short: ShortForm<Host>): TopologySpec<Host> {
  const entries: Entries = Object.entries<AddressList>(short)
  for (const [host, addresses] of entries) for (const address of listOf(addresses)) checkCidr(host, address)
  const linkOf = linksBySubnet(entries)
  const draft: Draft = { links: new Map([...linkOf.values()].map((link) => [link, {}])), hosts: {} }
  for (const [host, addresses] of entries) {
    draft.hosts[host] = { loopback: [] }
    for (const address of listOf(addresses)) place(draft, host, address, linkOf.get(networkOf(address)))
  }
  const links: LinkSpec[] = [...draft.links.values()].map((ends: Record<string, EndSpec>) => ({ ends }))
  return { hosts: draft.hosts as Record<Host, HostSpec>, links }
}

function place(draft: Draft, host: string, address: string, link: string | undefined): void {
  if (link === undefined) {
    if (!isSingle(parseCidr(address))) throw alone(host, address)
    draft.hosts[host]?.loopback.push(address)
    return
  }
  const ends = draft.links.get(link) ?? {}
  const taken = [...draft.links.values()].filter((others) => host in others).length
  ends[host] ??= { device: `eth${taken}`, addresses: [] }
  ends[host].addresses.push(address)
}

/** Subnet → link. A link's name is its hosts and its ordinal among the subnets of those hosts and the same family. */
function linksBySubnet(entries: Entries): Map<string, string> {
  const links = new Map<string, string>()
  const counts = new Map<string, number>()
  for (const [subnet, { family, hosts }] of hostsBySubnet(entries)) {
    if (hosts.size < 2) continue
    const names = [...hosts].toSorted().join(' ')
    const ordinal = counts.get(`${names}/${family}`) ?? 0
    counts.set(`${names}/${family}`, ordinal + 1)
    links.set(subnet, `${names}/${ordinal}`)
  }
  return links
}

function hostsBySubnet(entries: Entries): Map<string, { family: 4 | 6; hosts: Set<string> }> {
  const subnets = new Map<string, { family: 4 | 6; hosts: Set<string> }>()
  for (const [host, addresses] of entries) {
    for (const address of listOf(addresses)) {
      const subnet = subnets.get(networkOf(address)) ?? { family: parseCidr(address).address.family, hosts: new Set() }
      subnets.set(networkOf(address), subnet)
      subnet.hosts.add(host)
    }
  }
  return subnets
}

function checkCidr(host: string, address: string): void {
  try {
    parseCidr(address)
  } catch (cause) {
    throw new TestbedError('INVALID_TOPOLOGY', `host ${host}`, (cause as Error).message, { cause })
  }
}

function networkOf(address: string): string {
  const cidr = parseCidr(address)
  return `${formatAddress(cidrNetwork(cidr))}/${cidr.prefix}`
}

function isSingle(cidr: Cidr): boolean {
  return cidr.prefix === (cidr.address.family === 4 ? 32 : 128)
}

function alone(host: string, address: string): TestbedError {
  const single = address.includes(':') ? '/128' : '/32'
  const network = networkOf(address)
  return new TestbedError(
    'INVALID_TOPOLOGY',
    `host ${host}`,
    `${address} is the only address in ${network}; give another host one there, or write ${single} for an address of lo`,
  )
}
