import type { NamespaceReference } from '../namespace/reference.ts'
import { withNamespace } from '../namespace/reference.ts'
import { body } from '../request.ts'
import type { RouteSocket } from '../socket.ts'
import { s32, u32 } from '../wire/codecs.ts'
import { AttributeTable } from '../wire/table.ts'
import { readMessage } from './attributes-of.ts'

const RTM_GETNSID = 90
/** Size of `struct rtgenmsg`, as it is padded. */
const RTGENMSG = 4

const attributes = new AttributeTable<{ id?: number; fd?: number }>({
  id: [1, 'NETNSA_NSID', s32],
  fd: [3, 'NETNSA_FD', u32],
})

/** The number that this socket's namespace has for another one; `undefined`: it has none. */
export function namespaceId(socket: RouteSocket, ns: NamespaceReference): number | undefined {
  const operation = 'namespaceId'
  return withNamespace(operation, ns, (fd) => {
    const request = {
      operation,
      subject: `namespace ${String(ns)}`,
      type: RTM_GETNSID,
      body: body(RTGENMSG, (to) => void to.zeros(RTGENMSG), attributes, { fd }),
    }
    const { id = -1 } = readMessage(operation, socket.get(request), RTGENMSG, attributes).values
    return id < 0 ? undefined : id
  })
}
