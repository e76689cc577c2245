import { NetlinkError } from '../error.ts'
import type { Body } from '../request.ts'
import { body } from '../request.ts'
import { readMessage } from '../route/attributes-of.ts'
import type { RouteSocket } from '../socket.ts'
import { string, u16, u32 } from '../wire/codecs.ts'
import type { Message } from '../wire/message.ts'
import { list, nested } from '../wire/nests.ts'
import { AttributeTable } from '../wire/table.ts'

/** Size of `struct genlmsghdr`. */
export const GENLMSGHDR = 4

const GENL_ID_CTRL = 16
const CTRL_CMD_GETFAMILY = 3

interface GroupAttributes {
  name?: string
  id?: number
}

interface FamilyAttributes {
  id?: number
  name?: string
  groups?: GroupAttributes[]
}

const groupAttributes = new AttributeTable<GroupAttributes>({
  name: [1, 'CTRL_ATTR_MCAST_GRP_NAME', string],
  id: [2, 'CTRL_ATTR_MCAST_GRP_ID', u32],
})

const familyAttributes = new AttributeTable<FamilyAttributes>({
  id: [1, 'CTRL_ATTR_FAMILY_ID', u16],
  name: [2, 'CTRL_ATTR_FAMILY_NAME', string],
  groups: [7, 'CTRL_ATTR_MCAST_GROUPS', list('index', 'group', nested(groupAttributes))],
})

/** The body of a generic netlink message: a command of its family, then attributes. */
export function genericBody<T extends object>(command: number, table: AttributeTable<T>, values: NoInfer<T>): Body {
  return body(GENLMSGHDR, (to) => void to.u8(command).u8(1).u16(0), table, values)
}

const operation = 'generic.family'

/** What the kernel calls a generic netlink family. */
export interface Family {
  /** Its message type. */
  readonly id: number
  /** Its multicast groups, by name. */
  readonly groups: ReadonlyMap<string, number>
}

/** Asks for a generic netlink family. `NOT_SUPPORTED` when the kernel does not have it. */
export function findFamily(socket: RouteSocket, name: string): Family {
  const message = askFor(socket, name)
  const { id, groups = [] } = readMessage(operation, message, GENLMSGHDR, familyAttributes).values
  if (id !== undefined) return { id, groups: new Map(groups.map((group) => [group.name ?? '', group.id ?? 0])) }
  throw new NetlinkError('MALFORMED', operation, `the kernel's answer for family ${JSON.stringify(name)} has no number`)
}

/** The message type that the kernel gave a generic netlink family. `NOT_SUPPORTED` when it does not have it. */
export function familyId(socket: RouteSocket, name: string): number {
  return findFamily(socket, name).id
}

function askFor(socket: RouteSocket, name: string): Message {
  const subject = `family ${JSON.stringify(name)}`
  try {
    const request = genericBody(CTRL_CMD_GETFAMILY, familyAttributes, { name })
    return socket.get({ operation, subject, type: GENL_ID_CTRL, body: request })
  } catch (cause) {
    if (!(cause instanceof NetlinkError) || cause.code !== 'NOT_FOUND') throw cause
    throw new NetlinkError('NOT_SUPPORTED', operation, `this kernel has no ${subject}`, { cause })
  }
}
