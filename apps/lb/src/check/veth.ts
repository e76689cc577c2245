import { readdirSync } from 'node:fs'
import { anonymousNamespace, type Link, NetlinkError, openEthtool, openNetlink } from 'netlink-ts'
import { namespaceId } from './namespace-id.ts'

/** The other end of a veth, as far as it can be seen from here. */
export interface Peer {
  readonly name: string
  /** The name of its network namespace; `undefined`: this one. */
  readonly namespace: string | undefined
  readonly hasProgram: boolean
  readonly hasGro: boolean
}

/** What makes a veth take what XDP sends, where it has no XDP program itself: GRO, from Linux 5.13 on, or only such a program. */
export type Remedy = 'GRO' | 'program'

/** Warnings about devices whose peer drops what XDP sends into them. Peers in namespaces without a name are not found. */
export function vethWarnings(
  devices: readonly Link[],
  find: (veth: Link) => Peer | undefined = findPeer,
  remedy: () => Remedy = remedyHere,
): string[] {
  return devices
    .filter(({ kind }) => kind === 'veth')
    .flatMap((veth) => {
      const peer = find(veth)
      return peer === undefined || receives(peer, remedy) ? [] : [warning(veth, peer, remedy())]
    })
}

function receives({ hasProgram, hasGro }: Peer, remedy: () => Remedy): boolean {
  return hasProgram || (hasGro && remedy() === 'GRO')
}

function warning(veth: Link, { name, namespace }: Peer, remedy: Remedy): string {
  const where = namespace === undefined ? '' : ` in namespace ${namespace}`
  const start = `${veth.name} is a veth whose peer ${name}${where} has`
  const enter = namespace === undefined ? '' : `nsenter --net=/run/netns/${namespace} `
  return remedy === 'GRO'
    ? `${start} GRO off: it drops what XDP sends there; ${enter}ethtool -K ${name} gro on`
    : `${start} no XDP program: it drops what XDP sends there (before Linux 5.13 GRO is not enough); write acceleration: tc`
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
    const hasGro = ethtool.features(link.name).has('rx-gro')
    return { name: link.name, namespace, hasProgram: link.xdp !== undefined, hasGro }
  } catch (error) {
    // Without the privilege to enter it, or in a kernel without ethtool's netlink, there is nothing to say.
    if (error instanceof NetlinkError) return undefined
    throw error
  }
}

let tried: Remedy | undefined

function remedyHere(): Remedy {
  return (tried ??= tryRemedy())
}

/** A kernel that takes GRO for a wish to receive so has it off at first. */
function tryRemedy(): Remedy {
  try {
    using ns = anonymousNamespace()
    using netlink = openNetlink({ ns })
    netlink.link.add({ kind: 'veth', name: 'a', peer: { name: 'b' } })
    using ethtool = openEthtool({ ns })
    return ethtool.features('a').has('rx-gro') ? 'program' : 'GRO'
  } catch (error) {
    // It takes the privilege to make a namespace.
    if (error instanceof NetlinkError) return 'GRO'
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
