import { closeSync, openSync } from 'node:fs'
import { AttributeDecoder, AttributeTable, body, codecs, RouteSocket } from 'netlink-ts'

const RTM_GETNSID = 90
/** struct rtgenmsg, padded. */
const HEADER = 4

interface NamespaceIdAttributes {
  id?: number
  fd?: number
}

const attributes = new AttributeTable<NamespaceIdAttributes>({
  id: [1, 'NETNSA_NSID', codecs.s32],
  fd: [3, 'NETNSA_FD', codecs.u32],
})

/**
 * The id that this network namespace has for another one, as links name it (`link-netnsid`); −1: none. Equivalent to:
 * `ip netns list-id`. Minimum kernel 4.0.
 */
export function namespaceId(path: string): number {
  const fd = openSync(path, 'r')
  try {
    using socket = new RouteSocket()
    const request = body(HEADER, (to) => void to.u32(0), attributes, { fd })
    const operation = 'check.namespaceId'
    const { bytes, start, end } = socket.get({ operation, subject: path, type: RTM_GETNSID, body: request })
    return attributes.decode(new AttributeDecoder(bytes, start + HEADER, end)).id ?? -1
  } finally {
    closeSync(fd)
  }
}
