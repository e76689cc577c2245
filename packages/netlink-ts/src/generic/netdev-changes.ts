import { sharedArena } from '../arena.ts'
import { Descriptor, NETLINK_GENERIC } from '../descriptor.ts'
import { errnoName } from '../errno.ts'
import { checked } from '../error.ts'
import { untilReadable } from '../monitor/readable.ts'
import { readMessage } from '../route/attributes-of.ts'
import { MessageReader } from '../wire/message.ts'
import { GENLMSGHDR } from './family.ts'
import { netdevAttributes } from './netdev-attributes.ts'

const operation = 'netdev.changes'

/** A socket in the family's group of notifications. */
export function openGroup(group: number, namespaceFd?: number): Descriptor {
  using cleanUp = new DisposableStack()
  const detail = 'monitor of netdev'
  const descriptor = cleanUp.use(
    new Descriptor({ kind: 'monitor', detail, namespaceFd, nonBlocking: true, protocol: NETLINK_GENERIC }),
  )
  descriptor.join(group)
  cleanUp.move()
  return descriptor
}

/** The device that each message is about; `undefined` where the kernel had more to say than there was room for. */
export async function* deviceChanges(
  descriptor: Descriptor,
  family: number,
  signal: AbortSignal | undefined,
): AsyncGenerator<number | undefined, void> {
  for (;;) {
    if (signal?.aborted) return
    const length = descriptor.receive(sharedArena.bytes, false)
    if (length >= 0) yield* devicesIn(sharedArena.bytes.slice(0, Math.min(length, sharedArena.bytes.length)), family)
    else if (errnoName(-length) === 'ENOBUFS') yield undefined
    else if (errnoName(-length) !== 'EAGAIN') checked(operation, length)
    else await untilReadable(descriptor.fd, signal).promise.catch(() => undefined)
  }
}

function* devicesIn(datagram: Uint8Array, family: number): Generator<number> {
  const reader = new MessageReader(datagram)
  for (let message = reader.next(); message !== undefined; message = reader.next()) {
    if (message.type !== family) continue
    const { index } = readMessage(operation, message, GENLMSGHDR, netdevAttributes).values
    if (index !== undefined) yield index
  }
}
