import type { NamespaceReference } from './namespace/reference.ts'
import { withNamespace } from './namespace/reference.ts'
import { checkKeys, checkList, wrong } from './check.ts'
import { Monitor } from './monitor/monitor.ts'
import type { MonitorOptions, WatchedKind } from './monitor/types.ts'
import { native } from './native.ts'
import { AddressVerbs } from './route/address.ts'
import { FilterVerbs } from './route/filter.ts'
import { LinkVerbs } from './route/link.ts'
import { namespaceId } from './route/namespace-id.ts'
import { NeighborVerbs } from './route/neighbor.ts'
import { NextHopVerbs } from './route/nexthop.ts'
import { QdiscVerbs } from './route/qdisc.ts'
import { RouteVerbs } from './route/route.ts'
import { RuleVerbs } from './route/rule.ts'
import type { SocketOptions } from './socket.ts'
import { RouteSocket } from './socket.ts'

export interface NetlinkOptions extends Pick<SocketOptions, 'timeoutMs' | 'onWarning' | 'buffer'> {
  /** Where to work: an opened namespace, a name or path, or a descriptor. The thread's own when left out. */
  readonly ns?: NamespaceReference | undefined
}

/** An open rtnetlink socket and the verbs of `ip` on it. Each call is one exchange with the kernel, synchronously. */
export class Netlink implements Disposable {
  /** The socket underneath, for messages that have no verb here. */
  readonly socket: RouteSocket
  readonly link: LinkVerbs
  readonly address: AddressVerbs
  readonly route: RouteVerbs
  readonly rule: RuleVerbs
  readonly neighbor: NeighborVerbs
  readonly nexthop: NextHopVerbs
  readonly qdisc: QdiscVerbs
  readonly filter: FilterVerbs

  constructor(socket: RouteSocket) {
    this.socket = socket
    this.link = new LinkVerbs(socket)
    this.address = new AddressVerbs(socket)
    this.route = new RouteVerbs(socket)
    this.rule = new RuleVerbs(socket)
    this.neighbor = new NeighborVerbs(socket)
    this.nexthop = new NextHopVerbs(socket)
    this.qdisc = new QdiscVerbs(socket)
    this.filter = new FilterVerbs(socket)
  }

  /**
   * The number that this namespace knows another one by, as `link.linkNetnsid` tells it: so whose the other end of a veth
   * is. `undefined` when it has none. Equivalent to `ip netns list-id`. Linux 4.12.
   */
  namespaceId(ns: NamespaceReference): number | undefined {
    return namespaceId(this.socket, ns)
  }

  /**
   * Watches the socket's namespace, with sockets of its own: it outlives this one. See {@link Monitor}.
   * Equivalent to `ip monitor link address route …`. Linux 4.20.
   */
  monitor(kinds: readonly WatchedKind[], options: MonitorOptions = {}): Monitor {
    checkKeys('monitor', options, { signal: true, receiveBuffer: true })
    checkList('monitor', 'kinds', kinds, Object.keys(known).join(', '))
    if (kinds.length === 0) wrong('monitor', 'kinds', kinds, `at least one of ${Object.keys(known).join(', ')}`)
    checkKeys('monitor', Object.fromEntries(kinds.map((kind) => [kind, true])), known)
    const namespaceFd = native.namespaceOfSocket(this.socket.fd)
    // Without rights a process cannot have left its namespace either.
    const place = namespaceFd < 0 ? {} : { namespaceFd }
    try {
      return new Monitor(
        new Netlink(new RouteSocket({ ...place, detail: 'monitor' })),
        place.namespaceFd,
        kinds,
        options,
      )
    } finally {
      if (namespaceFd >= 0) native.close(namespaceFd)
    }
  }

  [Symbol.dispose](): void {
    this.socket[Symbol.dispose]()
  }
}

/**
 * Opens rtnetlink in a network namespace; the socket stays there, whoever uses it. Reading takes no rights.
 * Equivalent to `ip -n <ns> …`. Linux 4.12 (extended acks), in another namespace 4.11 as root.
 */
export function openNetlink(options: NetlinkOptions = {}): Netlink {
  checkKeys('openNetlink', options, { ns: true, timeoutMs: true, onWarning: true, buffer: true })
  const { ns, ...rest } = options
  const detail = `route socket${ns === undefined ? '' : ` in ${describe(ns)}`}`
  const open = (namespaceFd?: number): Netlink => new Netlink(new RouteSocket({ ...rest, detail, namespaceFd }))
  return ns === undefined ? open() : withNamespace('openNetlink', ns, open)
}

const known: Readonly<Record<WatchedKind, true>> = {
  link: true,
  address: true,
  route: true,
  rule: true,
  neighbor: true,
  nexthop: true,
}

function describe(ns: NamespaceReference): string {
  return typeof ns === 'object' ? String(ns) : `namespace ${ns}`
}
