import type { Descriptor } from './descriptor.ts'
import { checked, errnoName } from './error.ts'
import { Incoming } from './incoming.ts'
import { native } from './native.ts'

/** A datagram as the kernel gives it: valid until the next one is read. */
export interface Received {
  readonly bytes: Uint8Array
  readonly from: Uint8Array
  readonly control: Uint8Array
}

const LARGEST = 65_536

// Reading is synchronous, so all sockets of the thread share one buffer.
const buffer = new Uint8Array(LARGEST)
const address = new Uint8Array(128)
const control = new Uint8Array(128)
const lengths = new Uint8Array(2)

/** A socket's datagrams, of which `decode` leaves out what it has no value for. */
export function receiver<T>(
  descriptor: Descriptor,
  limit: number,
  decode: (received: Received) => T | undefined,
): Incoming<T> {
  return new Incoming<T>({
    descriptor,
    limit,
    read: () => {
      const length = native.receive(descriptor.fd, buffer, address, control, lengths)
      if (length < 0 && ['EAGAIN', 'ENETDOWN'].includes(errnoName(-length))) return 'empty'
      checked(descriptor.detail, length, 'receive')
      const value = decode({
        bytes: buffer.subarray(0, Math.min(length, LARGEST)),
        from: address.subarray(0, lengths[0]),
        control: control.subarray(0, lengths[1]),
      })
      return value === undefined ? 'skip' : { value }
    },
  })
}
