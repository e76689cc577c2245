import type { NamespaceReference } from './namespace/reference.ts'
import { withNamespace } from './namespace/reference.ts'
import { AddressVerbs } from './route/address.ts'
import { LinkVerbs } from './route/link.ts'
import { NeighborVerbs } from './route/neighbor.ts'
import { RouteVerbs } from './route/route.ts'
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
  readonly neighbor: NeighborVerbs

  constructor(socket: RouteSocket) {
    this.socket = socket
    this.link = new LinkVerbs(socket)
    this.address = new AddressVerbs(socket)
    this.route = new RouteVerbs(socket)
    this.neighbor = new NeighborVerbs(socket)
  }

  [Symbol.dispose](): void {
    this.socket[Symbol.dispose]()
  }
}

/** Opens rtnetlink in a network namespace; the socket stays there, whoever uses it. Reading takes no rights. */
export function openNetlink(options: NetlinkOptions = {}): Netlink {
  const { ns, ...rest } = options
  const detail = `route socket${ns === undefined ? '' : ` in ${describe(ns)}`}`
  const open = (namespaceFd?: number): Netlink => new Netlink(new RouteSocket({ ...rest, detail, namespaceFd }))
  return ns === undefined ? open() : withNamespace('openNetlink', ns, open)
}

function describe(ns: NamespaceReference): string {
  return typeof ns === 'object' ? String(ns) : `namespace ${ns}`
}
