import { NetlinkError } from '../error.ts'
import { checkKeys, checkSwitch } from '../check.ts'
import { withNamespace } from '../namespace/reference.ts'
import { maybe, omit } from '../pick.ts'
import { body } from '../request.ts'
import { RouteSocket } from '../socket.ts'
import { NLM_F_CREATE, NLM_F_EXCL } from '../wire/message.ts'
import { deviceIndex, getDevice, RTM_GETLINK } from './device.ts'
import { IFINFOMSG, linkAttributes } from './link-attributes.ts'
import { decodeLink } from './link-decode.ts'
import { linkFlags } from './link-flags.ts'
import type { LinkKind, VethPeer } from './link-kind-options.ts'
import { linkKinds } from './link-kinds.ts'
import { linkBody } from './link-request.ts'
import type { Link, LinkAdd, LinkChanges, LinkKey, LinkListOptions, LinkSet } from './link-types.ts'
import { checkAdd, checkKey, checkSet, withAddValues, withSetValues } from './link-values.ts'

export const RTM_NEWLINK = 16
export const RTM_DELLINK = 17
const RTEXT_FILTER_SKIP_STATS = 8

/** Network devices: `ip link`. */
export class LinkVerbs {
  readonly #socket: RouteSocket

  constructor(socket: RouteSocket) {
    this.#socket = socket
  }

  /**
   * Makes a device, a veth with both ends at once, each in a namespace of choice. `EXISTS` when the name is taken,
   * `NOT_SUPPORTED` when the kernel does not have the kind. Equivalent to `ip link add <name> type <kind> …`. Linux 4.20.
   */
  add(options: LinkAdd): void {
    const operation = 'link.add'
    checkAdd(operation, options)
    const up = checkSwitch(operation, 'up', options.up ?? false) ? linkFlags.UP : 0
    withAddValues(this.#socket, operation, options, (values) =>
      this.#socket.change({
        operation,
        subject: `${options.kind} ${JSON.stringify(options.name)}`,
        type: RTM_NEWLINK,
        flags: NLM_F_CREATE | NLM_F_EXCL,
        needs: needs(options),
        body: linkBody(operation, options.kind, { index: options.index, flags: up, change: up, values }),
      }),
    )
    if (options.kind === 'veth' && options.peer?.up === true) this.#raisePeer(operation, options.peer)
  }

  /** A veth cannot come up before it has its peer (`ENOTCONN`), and the peer is made first: it is raised afterwards. */
  #raisePeer(operation: string, { name, ns }: VethPeer): void {
    if (ns === undefined) return this.set({ name, up: true })
    withNamespace(operation, ns, (namespaceFd) => {
      using socket = new RouteSocket({ namespaceFd })
      new LinkVerbs(socket).set({ name, up: true })
    })
  }

  /**
   * Changes a device: up or down, name, namespace, master, MTU, address, flags, and its kind's own options (with
   * `kind`). Equivalent to `ip link set dev <name> …`. Linux 4.20.
   */
  set(options: LinkSet): void {
    const operation = 'link.set'
    checkKey(operation, options)
    checkSet(operation, options)
    const index = options.index ?? deviceIndex(this.#socket, operation, 'name', options.name as string)
    withSetValues(this.#socket, operation, options, (values) =>
      this.#socket.change({
        operation,
        subject: subject(options),
        type: RTM_NEWLINK,
        needs: options.kind === undefined ? undefined : needs(options),
        body: linkBody(operation, options.kind, { index, ...flagsOf(operation, options), values }),
      }),
    )
  }

  /** Removes a device; a veth's peer goes with it. Equivalent to `ip link delete`. Linux 4.20. */
  delete(key: LinkKey): void {
    const operation = 'link.delete'
    checkKey(operation, key)
    checkKeys(operation, key, { name: true, index: true })
    const index = key.index ?? deviceIndex(this.#socket, operation, 'name', key.name as string)
    const header = body(IFINFOMSG, (to) => void to.u32(0).u32(index).zeros(8), linkAttributes, {})
    this.#socket.change({ operation, subject: subject(key), type: RTM_DELLINK, body: header })
  }

  /** One device, or `undefined`. Equivalent to `ip -s -d link show dev <name>`. Linux 4.20. */
  get(key: LinkKey): Link | undefined {
    checkKey('link.get', key)
    try {
      return decodeLink(getDevice(this.#socket, 'link.get', key, 0))
    } catch (error) {
      if (error instanceof NetlinkError && error.code === 'NOT_FOUND') return undefined
      throw error
    }
  }

  /** All devices, or those of a kind or a master; one pass. Equivalent to `ip -s -d link show`. Linux 4.20. */
  list(options: LinkListOptions = {}): IteratorObject<Link, undefined> {
    const operation = 'link.list'
    checkKeys(operation, options, { kind: true, master: true, statistics: true })
    const { kind, master, statistics } = options
    const values = {
      ...maybe('extMask', statistics === false ? RTEXT_FILTER_SKIP_STATS : undefined),
      ...maybe('info', kind === undefined ? undefined : { kind }),
      ...maybe('master', master === undefined ? undefined : deviceIndex(this.#socket, operation, 'master', master)),
    }
    const request = body(IFINFOMSG, (to) => void to.zeros(IFINFOMSG), linkAttributes, values)
    const links = this.#socket.dump({ operation, type: RTM_GETLINK, body: request }).values().map(decodeLink)
    // A kernel that does not have the kind does not filter by it.
    const wanted = kind === undefined ? links : links.filter((link) => link.kind === kind)
    // The kernel always tells a device's counters; the filter spares it summing up those of IPv6.
    return statistics === false ? wanted.map((link) => omit(link, ['statistics'])) : wanted
  }
}

/** The kernel says "Unknown device type" where it lacks the kind, and nothing where it lacks one of the options. */
function needs(options: { readonly kind: LinkKind }): (kernelMessage: string | undefined) => string | undefined {
  const { kind } = options
  const config = kind === 'veth' ? 'CONFIG_VETH (module veth)' : linkKinds[kind].needs
  const given = kind === 'veth' ? ['peer'] : linkKinds[kind].data.keys.filter((key) => Object.hasOwn(options, key))
  return (kernelMessage) => {
    if (kernelMessage !== undefined && kernelMessage !== 'Unknown device type') return undefined
    return kernelMessage === undefined && given.length > 0
      ? `this kernel's ${kind} does not have all of ${given.join(', ')}`
      : `it takes a kernel with ${config}`
  }
}

function subject(key: { readonly name?: string | undefined; readonly index?: number | undefined }): string {
  return `device ${key.name === undefined ? key.index : JSON.stringify(key.name)}`
}

const switches = {
  up: [linkFlags.UP, true],
  arp: [linkFlags.NOARP, false],
  promiscuous: [linkFlags.PROMISC, true],
  multicast: [linkFlags.MULTICAST, true],
  allMulticast: [linkFlags.ALLMULTI, true],
} as const satisfies Partial<Record<keyof LinkChanges, readonly [number, boolean]>>

function flagsOf(operation: string, changes: LinkChanges): { flags: number; change: number } {
  let flags = 0
  let change = 0
  for (const key of Object.keys(switches) as (keyof typeof switches)[]) {
    const [bit, set] = switches[key]
    if (changes[key] === undefined) continue
    change |= bit
    if (checkSwitch(operation, key, changes[key]) === set) flags |= bit
  }
  return { flags, change }
}
