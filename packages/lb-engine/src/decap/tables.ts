import type { Decap } from '@skep/datapath/decap'
import type { BpfMap } from 'libbpf-ts'
import type { Netlink } from 'netlink-ts'
import { cidrContains, parseAddress, parseCidr } from '@skep/packet'
import type { DecapSpec } from './config.ts'
import { addressOf, addressWords, prefixKey } from './prefix.ts'

const PRESENT = 1

/** Makes the maps say what the configuration says and which addresses this host has. Adds before it removes. */
export function writeTables(maps: Decap['maps'], spec: DecapSpec, own: readonly string[]): void {
  const prefixes = (map: typeof maps.decapSources, wanted: readonly string[]): void =>
    write(map, wanted.map(prefixKey), ({ length, address }) => `${addressOf(address)}/${length}`)
  prefixes(maps.decapSources, spec.sources)
  prefixes(maps.decapVips, spec.vips)
  write(
    maps.decapOwn,
    own.map((address) => ({ words: addressWords(address) })),
    ({ words }) => addressOf(words),
  )
}

/** The addresses that IPIP is accepted to: those that were written down, else this host's, less service addresses. */
export function ownAddresses(netlink: Netlink, { addresses, vips }: DecapSpec): string[] {
  if (addresses.length > 0) return [...addresses]
  const services = vips.filter((vip) => !vip.endsWith('/0')).map((vip) => parseCidr(vip))
  return [...netlink.address.list()]
    .map(({ address }) => address.split('/')[0]!)
    .filter((address) => !isLoopback(address) && !services.some((vip) => cidrContains(vip, parseAddress(address))))
}

function isLoopback(address: string): boolean {
  return address === '::1' || address.startsWith('127.')
}

function write<K>(map: BpfMap<K, number>, wanted: readonly K[], name: (key: K) => string): void {
  const present = new Map([...map.keys()].map((key) => [name(key), key]))
  for (const key of wanted) if (!present.delete(name(key))) map.set(key, PRESENT)
  const kept = new Set(wanted.map(name))
  for (const [text, key] of present) if (!kept.has(text)) map.delete(key)
}
