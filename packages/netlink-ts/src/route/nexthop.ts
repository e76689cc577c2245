import { bitNames, numberName } from '../bits.ts'
import { checkAddress, checkBits, checkKeys, checkList, checkName, checkTable, checkWhole, wrong } from '../check.ts'
import { invalidInput, NetlinkError } from '../error.ts'
import { maybe } from '../pick.ts'
import type { Body } from '../request.ts'
import { body } from '../request.ts'
import type { RouteSocket } from '../socket.ts'
import type { Message } from '../wire/message.ts'
import { NLM_F_CREATE, NLM_F_EXCL, NLM_F_REPLACE } from '../wire/message.ts'
import { readMessage } from './attributes-of.ts'
import { optionalIndex } from './device.ts'
import { AF_UNSPEC, families, familyName, familyOf, isInternet } from './families.ts'
import type { NextHopAttributes } from './nexthop-attributes.ts'
import { membersOf, NHMSG, nexthopAttributes } from './nexthop-attributes.ts'
import type { NextHopListOptions, NextHopMember, NextHopObject, NextHopObjectAdd } from './nexthop-types.ts'
import { routeFlags, routeProtocols } from './route-types.ts'
import { scopes } from './scopes.ts'

export const RTM_NEWNEXTHOP = 104
export const RTM_DELNEXTHOP = 105
export const RTM_GETNEXTHOP = 106

const groupTypes = { multipath: 0, resilient: 1 } as const

const keys: Readonly<Record<keyof NextHopObjectAdd, true>> = {
  id: true,
  family: true,
  via: true,
  device: true,
  index: true,
  blackhole: true,
  fdb: true,
  group: true,
  resilient: true,
  protocol: true,
  flags: true,
}

/** Nexthop objects, which many routes share (since kernel 5.3): `ip nexthop`. */
export class NextHopVerbs {
  readonly #socket: RouteSocket

  constructor(socket: RouteSocket) {
    this.#socket = socket
  }

  /** Makes an object or a group; `EXISTS` when the id is taken. Equivalent to `ip nexthop add id <id> …`. Linux 5.3. */
  add(options: NextHopObjectAdd): void {
    this.#new('nexthop.add', NLM_F_CREATE | NLM_F_EXCL, options)
  }

  /** Makes it, or changes it for all routes that use it, at once. Equivalent to `ip nexthop replace`. Linux 5.3. */
  replace(options: NextHopObjectAdd): void {
    this.#new('nexthop.replace', NLM_F_CREATE | NLM_F_REPLACE, options)
  }

  /** Removes it, from its groups too, and the routes that use it. Equivalent to `ip nexthop delete id <id>`. Linux 5.3. */
  delete(key: { readonly id: number }): void {
    this.#socket.change({ ...byId('nexthop.delete', key), type: RTM_DELNEXTHOP })
  }

  /** One object, or `undefined`. Equivalent to `ip nexthop get id <id>`. Linux 5.3. */
  get(key: { readonly id: number }): NextHopObject | undefined {
    try {
      return decodeNextHop(this.#socket.get({ ...byId('nexthop.get', key), type: RTM_GETNEXTHOP }))
    } catch (error) {
      if (error instanceof NetlinkError && error.code === 'NOT_FOUND') return undefined
      throw error
    }
  }

  /** All objects, or those asked for; one pass. Equivalent to `ip nexthop show`. Linux 5.3. */
  list(options: NextHopListOptions = {}): IteratorObject<NextHopObject, undefined> {
    const operation = 'nexthop.list'
    checkKeys(operation, options, { device: true, index: true, groups: true })
    const oif = optionalIndex(this.#socket, operation, options)
    const values = { ...maybe('oif', oif), ...(options.groups === true ? { groups: true as const } : {}) }
    const request = body(NHMSG, (to) => void to.zeros(NHMSG), nexthopAttributes, values)
    return this.#socket.dump({ operation, type: RTM_GETNEXTHOP, body: request }).values().map(decodeNextHop)
  }

  #new(operation: string, flags: number, options: NextHopObjectAdd): void {
    checkKeys(operation, options, keys)
    const request = nexthopBody(this.#socket, operation, options)
    this.#socket.change({ operation, subject: `nexthop ${options.id}`, type: RTM_NEWNEXTHOP, flags, body: request })
  }
}

/** Reads `RTM_NEWNEXTHOP` and `RTM_DELNEXTHOP`. */
export function decodeNextHop(message: Message): NextHopObject {
  const { header, values } = readMessage('nexthop', message, NHMSG, nexthopAttributes)
  const family = header.getUint8(0)
  return {
    id: values.id ?? 0,
    ...(isInternet(family) ? { family: familyName(family) } : {}),
    scope: numberName(header.getUint8(1), scopes),
    protocol: numberName(header.getUint8(2), routeProtocols),
    ...maybe('via', values.via),
    ...maybe('index', values.oif),
    blackhole: values.blackhole === true,
    fdb: values.fdb === true,
    ...maybe('group', membersOf(values)),
    ...maybe('groupType', groupTypeOf(values)),
    ...maybe('resilient', values.resilient),
    flags: bitNames(header.getUint32(4, true), routeFlags),
  }
}

function groupTypeOf({ group, groupType }: NextHopAttributes): NextHopObject['groupType'] {
  return group === undefined || groupType === undefined ? undefined : numberName(groupType, groupTypes)
}

function byId(operation: string, key: { readonly id: number }): { operation: string; subject: string; body: Body } {
  checkKeys(operation, key, { id: true })
  const id = checkWhole(operation, 'id', key.id, 1, 0xffffffff)
  const values = checkTable(operation, nexthopAttributes, { id })
  return {
    operation,
    subject: `nexthop ${key.id}`,
    body: body(NHMSG, (to) => void to.zeros(NHMSG), nexthopAttributes, values),
  }
}

function nexthopBody(socket: RouteSocket, operation: string, options: NextHopObjectAdd): Body {
  checkWhole(operation, 'id', options.id, 1, 0xffffffff)
  if (options.group !== undefined) checkList(operation, 'group', options.group, 'members')
  const group = options.group?.map((member, i) => memberOf(operation, i, member))
  if (group?.length === 0) wrong(operation, 'group', [], 'at least one member')
  const values: NextHopAttributes = {
    id: options.id,
    ...maybe('group', group),
    ...(options.resilient === undefined ? {} : { groupType: groupTypes.resilient, resilient: options.resilient }),
    ...(options.blackhole === true ? { blackhole: true } : {}),
    ...(options.fdb === true ? { fdb: true } : {}),
    ...maybe('oif', optionalIndex(socket, operation, options)),
    ...maybe('via', options.via),
  }
  checkTable(operation, nexthopAttributes, values)
  if (group === undefined && options.via === undefined && values.oif === undefined && options.blackhole !== true)
    throw invalidInput(operation, 'it leads nowhere; give via, device, group or blackhole: true')
  const family = group === undefined ? familyFor(operation, options) : AF_UNSPEC
  const protocol = checkName(operation, 'protocol', options.protocol ?? 'unspec', routeProtocols, 255)
  const flags = checkBits(operation, 'flags', options.flags ?? [], routeFlags)
  return body(NHMSG, (to) => void to.u8(family).u8(0).u8(protocol).u8(0).u32(flags), nexthopAttributes, values)
}

function familyFor(operation: string, { via, family }: NextHopObjectAdd): number {
  if (via !== undefined) return familyOf(checkAddress(operation, 'via', via))
  return checkName(operation, 'family', family ?? 'ipv4', families, 0)
}

function memberOf(
  operation: string,
  i: number,
  { id, weight = 1 }: { readonly id: number; readonly weight?: number },
): NextHopMember {
  checkWhole(operation, `group[${i}].id`, id, 1, 0xffffffff)
  checkWhole(operation, `group[${i}].weight`, weight, 1, 0xffff)
  return { id, weight }
}
