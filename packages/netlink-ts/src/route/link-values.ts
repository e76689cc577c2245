import { checkAddress, checkKeys, checkObject, checkTable, wrong } from '../check.ts'
import { invalidInput } from '../error.ts'
import { nearest } from '../suggest.ts'
import { withNamespace } from '../namespace/reference.ts'
import { maybe, omit, pick } from '../pick.ts'
import type { RouteSocket } from '../socket.ts'
import { deviceIndex } from './device.ts'
import type { LinkAttributes } from './link-attributes.ts'
import { linkAttributes } from './link-attributes.ts'
import type { LinkKind, VethPeer, VxlanOptions } from './link-kind-options.ts'
import { linkKinds } from './link-kinds.ts'
import type { LinkAdd, LinkAddCommon, LinkChanges, LinkSet } from './link-types.ts'

const addKeys: Readonly<Record<keyof LinkAddCommon | 'kind', true>> = {
  kind: true,
  name: true,
  index: true,
  ns: true,
  up: true,
  mtu: true,
  address: true,
  broadcast: true,
  txQueueLength: true,
  numTxQueues: true,
  numRxQueues: true,
  deviceGroup: true,
  master: true,
  link: true,
  gsoMaxSize: true,
  groMaxSize: true,
}

const setKeys: Readonly<Record<keyof LinkChanges | 'kind' | 'name' | 'index', true>> = {
  kind: true,
  name: true,
  index: true,
  newName: true,
  up: true,
  arp: true,
  promiscuous: true,
  multicast: true,
  allMulticast: true,
  ns: true,
  mtu: true,
  address: true,
  broadcast: true,
  txQueueLength: true,
  deviceGroup: true,
  alias: true,
  master: true,
  gsoMaxSize: true,
  groMaxSize: true,
}

const peerKeys: Readonly<Record<keyof VethPeer, true>> = {
  name: true,
  ns: true,
  up: true,
  mtu: true,
  address: true,
  numTxQueues: true,
  numRxQueues: true,
}

const shared = ['mtu', 'address', 'broadcast', 'txQueueLength', 'deviceGroup', 'gsoMaxSize', 'groMaxSize'] as const

/** Checks the options' names, and that the kind is one that is known here. */
export function checkAdd(operation: string, options: LinkAdd): void {
  checkObject(operation, options, addKeys)
  checkKeys(operation, options, { ...addKeys, ...keysOf(operation, options.kind) })
  if (options.name === undefined) wrong(operation, 'name', options.name, 'what to call it')
}

export function checkSet(operation: string, options: LinkSet): void {
  checkKeys(operation, options, { ...setKeys, ...(options.kind === undefined ? {} : keysOf(operation, options.kind)) })
}

/** Calls with the attributes for a new device, while the namespaces that it names are open. */
export function withAddValues<T>(
  socket: RouteSocket,
  operation: string,
  options: LinkAdd,
  use: (values: LinkAttributes<object>) => T,
): T {
  const values: LinkAttributes<object> = {
    ...pick(options, ['name', ...shared, 'numTxQueues', 'numRxQueues']),
    ...maybe('link', reference(socket, operation, 'link', options.link)),
    ...maybe('master', reference(socket, operation, 'master', options.master)),
  }
  return withOptionalNamespace(operation, options.ns, (namespaceFd) =>
    withKindData(socket, operation, options, (data) =>
      use({ ...values, ...maybe('namespaceFd', namespaceFd), info: { kind: options.kind, ...maybe('data', data) } }),
    ),
  )
}

/** The same for a device that is there already. */
export function withSetValues<T>(
  socket: RouteSocket,
  operation: string,
  options: LinkSet,
  use: (values: LinkAttributes<object>) => T,
): T {
  const master = options.master === null ? 0 : reference(socket, operation, 'master', options.master)
  const info =
    options.kind === undefined
      ? undefined
      : { kind: options.kind, ...maybe('data', kindValues(socket, operation, options)) }
  return withOptionalNamespace(operation, options.ns, (namespaceFd) =>
    use({
      ...pick(options, [...shared, 'alias']),
      ...maybe('name', options.newName),
      ...maybe('master', master),
      ...maybe('namespaceFd', namespaceFd),
      ...maybe('info', info),
    }),
  )
}

function withKindData<T>(
  socket: RouteSocket,
  operation: string,
  options: LinkAdd,
  use: (data: object | undefined) => T,
): T {
  if (options.kind !== 'veth') return use(kindValues(socket, operation, options))
  if (options.peer === undefined) return use(undefined)
  return withPeer(operation, options.peer, (peer) => use({ peer }))
}

function withPeer<T>(operation: string, peer: VethPeer, use: (data: LinkAttributes<Uint8Array>) => T): T {
  checkKeys(`${operation}: peer`, peer, peerKeys)
  const { ns } = peer
  const values = omit(peer, ['ns', 'up'])
  checkTable(`${operation}: peer`, linkAttributes, values)
  return withOptionalNamespace(operation, ns, (namespaceFd) => use({ ...values, ...maybe('namespaceFd', namespaceFd) }))
}

type KindOptions = { readonly kind: Exclude<LinkKind, 'veth'> }

/** What goes into `IFLA_INFO_DATA`; `undefined` when nothing is given. */
function kindValues(socket: RouteSocket, operation: string, options: KindOptions): object | undefined {
  const values = pick(options as KindOptions & Record<string, unknown>, linkKinds[options.kind].data.keys)
  const data = options.kind === 'vxlan' ? vxlanValues(socket, operation, values) : values
  checkTable<object>(operation, linkKinds[options.kind].data, data)
  return Object.keys(data).length === 0 ? undefined : data
}

function vxlanValues(socket: RouteSocket, operation: string, options: VxlanOptions): object {
  const { remote, local, underlay, ...rest } = options
  return {
    ...rest,
    ...byFamily(operation, 'remote', remote),
    ...byFamily(operation, 'local', local),
    ...maybe('underlay', reference(socket, operation, 'underlay', underlay)),
  }
}

function byFamily(operation: string, field: 'remote' | 'local', value: string | undefined): object {
  if (value === undefined) return {}
  return { [checkAddress(operation, field, value).family === 6 ? `${field}6` : field]: value }
}

function keysOf(operation: string, kind: LinkKind): Record<string, true> {
  if (kind === 'veth') return { peer: true }
  const known = [...Object.keys(linkKinds), 'veth']
  if (!Object.hasOwn(linkKinds, kind)) {
    const meant = nearest(kind, known)
    wrong(operation, 'kind', kind, meant === undefined ? `one of ${known.join(', ')}` : JSON.stringify(meant))
  }
  return Object.fromEntries(
    linkKinds[kind].data.keys.filter((key) => !/^(remote|local)6$/.test(key)).map((key) => [key, true]),
  )
}

function reference(
  socket: RouteSocket,
  operation: string,
  field: string,
  device: string | number | undefined,
): number | undefined {
  return device === undefined ? undefined : deviceIndex(socket, operation, field, device)
}

function withOptionalNamespace<T>(operation: string, ns: LinkAddCommon['ns'], use: (fd: number | undefined) => T): T {
  return ns === undefined ? use(undefined) : withNamespace(operation, ns, use)
}

export function checkKey(
  operation: string,
  key: { readonly name?: string | undefined; readonly index?: number | undefined },
): void {
  checkObject(operation, key, { name: true, index: true })
  if (key.name === undefined && key.index === undefined)
    throw invalidInput(operation, 'no device is given; write name: "eth0" or index: 2')
}
