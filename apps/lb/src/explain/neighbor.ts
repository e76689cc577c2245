import type { NextHopStatus } from '@skep/lb-engine'
import { describeKeeping, duration, type NextHop, Ways } from '@skep/neighbor'
import type { Neighbor, Netlink } from 'netlink-ts'
import { formatAddress, parseAddress } from '@skep/packet'
import { multipathNoteTo } from './multipath.ts'
import { table } from '@skep/terminal'

/** Where packets to an address are sent to, and what is known of each neighbour on the way. */
export interface NeighborReport {
  readonly address: string
  /** It is an address of this host: never a neighbour. */
  readonly own: boolean
  /** In words, where there is none. */
  readonly answer: string
  /** What is to be known of several next hops; `null`: nothing. */
  readonly note: string | null
  readonly neighbors: readonly NeighborFacts[]
}

export interface NeighborFacts {
  readonly address: string
  readonly device: string
  /** `null`: the instance does not keep it, because nothing that it serves leads by it. */
  readonly kept: NextHopStatus | null
  /** The kernel's entry; `null`: it has none. */
  readonly entry: Neighbor | null
}

/** Explains a next hop, or the next hops towards any other address. Sends nothing. */
export function reportNeighbor(netlink: Netlink, kept: readonly NextHopStatus[], text: string): NeighborReport {
  const address = formatAddress(parseAddress(text))
  const links = [...netlink.link.list({ statistics: false })]
  const nameOf = (index: number) => links.find((link) => link.index === index)?.name ?? `device ${index}`
  const own = [...netlink.address.list()].find((one) => one.address.split('/')[0] === address)
  if (own !== undefined)
    return none(address, `is an address of this host (${nameOf(own.index)}): never a neighbour`, true)
  const hops = hopsOf(netlink, kept, address, (name) => links.find((link) => link.name === name)?.index)
  if (hops.length === 0) return none(address, 'has no next hop: no route leads there')
  const neighbors = hops.map((hop): NeighborFacts => {
    const device = nameOf(hop.index)
    const status = kept.find((one) => one.address === hop.address && one.device === device) ?? null
    return { address: hop.address, device, kept: status, entry: netlink.neighbor.get(hop) ?? null }
  })
  const note = hops.length > 1 ? multipathNoteTo(netlink, address) : null
  return { address, own: false, answer: answerOf(address, neighbors), note, neighbors }
}

function none(address: string, answer: string, own = false): NeighborReport {
  return { address, own, answer, note: null, neighbors: [] }
}

/** The address itself where it is kept, else those that its route names. */
function hopsOf(
  netlink: Netlink,
  kept: readonly NextHopStatus[],
  address: string,
  indexOf: (device: string) => number | undefined,
): readonly NextHop[] {
  const itself = kept.flatMap((one): NextHop[] => {
    const index = one.address === address ? indexOf(one.device) : undefined
    return index === undefined ? [] : [{ index, address }]
  })
  return itself.length > 0 ? itself : new Ways(netlink).towards(address)
}

function answerOf(address: string, neighbors: readonly NeighborFacts[]): string {
  if (neighbors.some((one) => one.address === address)) return 'is a neighbour'
  const many = neighbors.length === 1 ? 'one next hop' : `${neighbors.length} next hops`
  return `is behind ${many}`
}

/** For people: the answer first. */
export function formatNeighbor({ address, answer, note, neighbors }: NeighborReport): string {
  return [
    `${address} ${answer}`,
    ...(note === null ? [] : [`note: ${note}`]),
    ...neighbors.flatMap((one) => ['', ...table(factsOf(one))]),
  ].join('\n')
}

function factsOf({ address, device, kept, entry }: NeighborFacts): string[][] {
  const users = kept?.users ?? null
  return [
    ['next hop', `${address} by ${device}`],
    ['state', kept?.text ?? 'not watched'],
    ['kept', keptWords(kept, entry)],
    ...(users === null ? [] : [['used by', `${users} ${users === 1 ? 'destination' : 'destinations'}`]]),
    ['kernel', entryWords(entry)],
  ]
}

function keptWords(kept: NextHopStatus | null, entry: Neighbor | null): string {
  if (kept === null) return 'no: nothing that this instance serves leads by it'
  return describeKeeping(entry?.flags ?? [], undefined)
}

function entryWords(entry: Neighbor | null): string {
  if (entry === null) return 'no entry'
  const { state, lladdr, flags, confirmedMs, updatedMs } = entry
  return [
    `${state}${lladdr === undefined ? '' : ` ${lladdr}`}`,
    ...(flags.length > 0 ? [flags.join(' ')] : []),
    ...(confirmedMs === undefined ? [] : [`confirmed ${duration(confirmedMs)} ago`]),
    ...(updatedMs === undefined ? [] : [`changed ${duration(updatedMs)} ago`]),
  ].join('; ')
}
