import { readdirSync } from 'node:fs'
import { type Link, NetlinkError, openEthtool, openNetlink } from 'netlink-ts'
import { namespaceId } from './namespace-id.ts'

/** The other end of a veth, as far as it can be seen from here. */
export interface Peer {
  readonly name: string
  /** The name of its network namespace; `undefined`: this one. */
  readonly namespace: string | undefined
  /** It takes what XDP sends: GRO is on, or it has an XDP program itself. */
  readonly receives: boolean
}

/** Warnings about devices whose peer drops what XDP sends into them. Peers in namespaces without a name are not found. */
export function vethWarnings(devices: readonly Link[], find: (veth: Link) => Peer | undefined = findPeer): string[] {
  return devices
    .filter(({ kind }) => kind === 'veth')
    .flatMap((veth) => {
      const peer = find(veth)
      if (peer === undefined || peer.receives) return []
      const enter = peer.namespace === undefined ? '' : `nsenter --net=/run/netns/${peer.namespace} `
      const where = peer.namespace === undefined ? '' : ` in namespace ${peer.namespace}`
      return [
        `${veth.name} is a veth whose peer ${peer.name}${where} has GRO off: it drops what XDP sends there; ${enter}ethtool -K ${peer.name} gro on`,
      ]
    })
}

/** Looks in this namespace, or in the one below /run/netns that the link names. */
export function findPeer(veth: Link): Peer | undefined {
  if (veth.linkNetnsid === undefined) return peerIn(undefined, veth)
  const name = namespaces().find((one) => idOf(one) === veth.linkNetnsid)
  return name === undefined ? undefined : peerIn(name, veth)
}

function peerIn(namespace: string | undefined, veth: Link): Peer | undefined {
  const options = namespace === undefined ? {} : { ns: namespace }
  try {
    using netlink = openNetlink(options)
    const link = veth.link === undefined ? undefined : netlink.link.get({ index: veth.link })
    if (link?.kind !== 'veth' || link.link !== veth.index) return undefined
    using ethtool = openEthtool(options)
    return { name: link.name, namespace, receives: link.xdp !== undefined || ethtool.features(link.name).has('rx-gro') }
  } catch (error) {
    // Without the privilege to enter it, or in a kernel without ethtool's netlink, there is nothing to say.
    if (error instanceof NetlinkError) return undefined
    throw error
  }
}

function namespaces(): string[] {
  try {
    return readdirSync('/run/netns')
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return []
    throw error
  }
}

/** One that cannot be asked about has no id. */
function idOf(namespace: string): number | undefined {
  try {
    return namespaceId(`/run/netns/${namespace}`)
  } catch {
    return undefined
  }
}
