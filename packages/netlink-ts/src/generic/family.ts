import { NetlinkError } from '../error.ts'
import type { Body } from '../request.ts'
import { body } from '../request.ts'
import { readMessage } from '../route/attributes-of.ts'
import type { RouteSocket } from '../socket.ts'
import { string, u16 } from '../wire/codecs.ts'
import type { Message } from '../wire/message.ts'
import { AttributeTable } from '../wire/table.ts'

/** Size of `struct genlmsghdr`. */
export const GENLMSGHDR = 4

const GENL_ID_CTRL = 16
const CTRL_CMD_GETFAMILY = 3

interface FamilyAttributes {
  id?: number
  name?: string
}

const familyAttributes = new AttributeTable<FamilyAttributes>({
  id: [1, 'CTRL_ATTR_FAMILY_ID', u16],
  name: [2, 'CTRL_ATTR_FAMILY_NAME', string],
})

/** The body of a generic netlink message: a command of its family, then attributes. */
export function genericBody<T extends object>(command: number, table: AttributeTable<T>, values: NoInfer<T>): Body {
  return body(GENLMSGHDR, (to) => void to.u8(command).u8(1).u16(0), table, values)
}

const operation = 'generic.family'

/** The message type that the kernel gave a generic netlink family. `NOT_SUPPORTED` when it does not have it. */
export function familyId(socket: RouteSocket, name: string): number {
  const message = askFor(socket, name)
  const { id } = readMessage(operation, message, GENLMSGHDR, familyAttributes).values
  if (id !== undefined) return id
  throw new NetlinkError('MALFORMED', operation, `the kernel's answer for family ${JSON.stringify(name)} has no number`)
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
