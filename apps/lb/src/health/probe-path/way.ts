import type { Via } from '@skep/lb-health'

/** A backend that answers by itself, with the service's address: its probes take the way of real traffic. */
export interface ProbedBackend {
  /** As its check is named: `web/ipv4`. */
  readonly service: string
  /** The service's address and port that it is asked at. */
  readonly vip: string
  readonly port: number
  readonly protocol: 'TCP' | 'UDP'
  readonly backend: string
  /** `ipip`: in an outer IP header; `l2`: to the MAC address of the next hop. */
  readonly dispatch: 'ipip' | 'l2'
  /** An own address of the service's family; replies come there. */
  readonly source: string
  /** Of the outer header, of the backend's family. With `l2` it is not used. */
  readonly outerSource: string
  /** The index of the device towards the backend. */
  readonly device: number
  /** The neighbour that packets to the backend go to. */
  readonly nextHop: string
}

/** A backend with the port that stands for it. */
export interface Way extends ProbedBackend {
  readonly via: Via
}

/** Whom a port stands for. */
export interface Held extends Pick<Way, 'service' | 'vip' | 'port' | 'protocol' | 'backend'> {
  readonly via: Pick<Via, 'localPort'>
}

/** Above what the kernel gives sockets that ask for none (ip_local_port_range), so that nobody else is in the way; no rule takes 65535. */
export const probePorts: { readonly first: number; readonly last: number } = { first: 61_000, last: 65_534 }

/** As many as the table of ways has room for. */
const MOST_WAYS = 65_536

/**
 * Gives each backend of a service address a port that its probes leave from: the one that it had, if any, else the first
 * that is free. Pure. Backends beyond the last port, or beyond what the table has room for, get none: they are asked at
 * their own address.
 */
export function assignWays(wanted: readonly ProbedBackend[], before: readonly Held[] = []): Way[] {
  const had = new Map(before.map((held) => [nameOf(held), held.via.localPort]))
  const groups = Map.groupBy(wanted, groupOf)
  return [...groups.values()].flatMap((group) => assignGroup(group, had)).slice(0, MOST_WAYS)
}

function assignGroup(group: readonly ProbedBackend[], had: ReadonlyMap<string, number>): Way[] {
  const kept = new Set(group.flatMap((one) => had.get(nameOf(one)) ?? []))
  let next = probePorts.first
  const free = (): number => {
    while (kept.has(next)) next++
    return next++
  }
  return group.flatMap((one): Way[] => {
    const localPort = had.get(nameOf(one)) ?? free()
    if (localPort > probePorts.last) return []
    return [{ ...one, via: { address: one.vip, port: one.port, localAddress: one.source, localPort } }]
  })
}

/** Within it, ports tell backends apart. */
function groupOf({ vip, port, protocol }: Omit<Held, 'via'>): string {
  return `${vip} ${port} ${protocol}`
}

function nameOf(held: Omit<Held, 'via'>): string {
  return `${groupOf(held)} ${held.service} ${held.backend}`
}
