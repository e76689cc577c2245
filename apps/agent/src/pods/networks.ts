import {
  listNamespaces,
  type Netlink,
  type NetworkNamespace,
  NetlinkError,
  openNamespace,
  openNetlink,
} from 'netlink-ts'
import { usedNamespaces } from '../node/namespaces.ts'

/** A network namespace that the host has a device to. */
export interface PodNetwork {
  /** The host's number for it: that of the other ends of its veths (`linkNetnsid`). */
  readonly id: number
  readonly cookie: bigint
  readonly addresses: readonly string[]
}

/** The networks of this host's pods, each once: those with a name, as CNI plugins have them, and those that processes are in. */
export function* podNetworks(host: Netlink): Generator<PodNetwork> {
  const seen = new Set<number>()
  for (const namespace of namespaces()) {
    const id = host.namespaceId(namespace)
    if (id === undefined || seen.has(id)) continue
    seen.add(id)
    yield { id, cookie: namespace.cookie, addresses: addressesIn(namespace) }
  }
}

function* namespaces(): Generator<NetworkNamespace> {
  for (const name of listNamespaces()) {
    using namespace = opened(name)
    if (namespace) yield namespace
  }
  yield* usedNamespaces()
}

function addressesIn(ns: NetworkNamespace): string[] {
  using netlink = openNetlink({ ns })
  return [...netlink.address.list()].map(({ address }) => address.split('/', 1)[0]!)
}

/** `undefined`: it has ended meanwhile, or is a file that an earlier boot left. */
function opened(name: string): NetworkNamespace | undefined {
  try {
    return openNamespace(name)
  } catch (error) {
    if (error instanceof NetlinkError) return undefined
    throw error
  }
}
