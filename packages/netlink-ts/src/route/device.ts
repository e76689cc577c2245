import { invalidInput } from '../error.ts'
import { checkWhole, wrong } from '../check.ts'
import type { RouteSocket } from '../socket.ts'
import type { Message } from '../wire/message.ts'
import { body } from '../request.ts'
import { checkTable } from '../check.ts'
import { IFINFOMSG, linkAttributes } from './link-attributes.ts'
import type { DeviceReference } from './link-kind-options.ts'

export const RTM_GETLINK = 18
/** Leave the counters of IPv6 out, which the kernel sums up over all CPUs. */
const RTEXT_FILTER_SKIP_STATS = 8

/** A device by `device` (its name) or `index`. */
export interface DeviceKey {
  readonly device?: string | undefined
  readonly index?: number | undefined
}

/** The kernel's message about one device; throws `NOT_FOUND` when there is none. */
export function getDevice(
  socket: RouteSocket,
  operation: string,
  key: { readonly name?: string | undefined; readonly index?: number | undefined },
  extMask: number = RTEXT_FILTER_SKIP_STATS,
): Message {
  const { index = 0 } = key
  const values = { ...(index === 0 && key.name !== undefined ? { name: key.name } : {}), extMask }
  checkTable(operation, linkAttributes, values)
  return socket.get({
    operation,
    subject: `device ${index === 0 ? JSON.stringify(key.name) : index}`,
    type: RTM_GETLINK,
    body: body(IFINFOMSG, (to) => void to.u32(0).u32(index).zeros(8), linkAttributes, values),
  })
}

/** The index of a device that is given by name or index. Throws `NOT_FOUND`, `INVALID_INPUT`. */
export function deviceIndex(socket: RouteSocket, operation: string, field: string, device: DeviceReference): number {
  if (typeof device === 'number') return checkWhole(operation, field, device, 1, 0x7fffffff)
  if (typeof device !== 'string') wrong(operation, field, device, 'a device name, or an index')
  const message = getDevice(socket, operation, { name: device })
  return new DataView(message.bytes.buffer, message.bytes.byteOffset).getInt32(message.start + 4, true)
}

/** The index of `{ device }` or `{ index }`; `undefined` when neither is there. */
export function optionalIndex(socket: RouteSocket, operation: string, key: DeviceKey): number | undefined {
  if (key.index !== undefined) return deviceIndex(socket, operation, 'index', key.index)
  return key.device === undefined ? undefined : deviceIndex(socket, operation, 'device', key.device)
}

/** The index of `{ device }` or `{ index }`, one of which must be there. */
export function requiredIndex(socket: RouteSocket, operation: string, key: DeviceKey): number {
  const index = optionalIndex(socket, operation, key)
  if (index === undefined) throw invalidInput(operation, 'no device is given; write device: "eth0" or index: 2')
  return index
}
