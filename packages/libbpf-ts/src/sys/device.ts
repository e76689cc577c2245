import { invalidInput, kernelRefusal } from '../errors.ts'
import { addon } from './addon.ts'

/** A network device of the namespace that this thread is in, by name or by index. */
export type Device = { readonly device: string } | { readonly ifindex: number }

/** Errors: NOT_FOUND, INVALID_INPUT. Equivalent to: `ip -o link show <device>`. */
export function deviceIndex(device: Device, operation: string): number {
  if ('device' in device) return indexOf(device.device, operation)
  if (Number.isInteger(device.ifindex) && device.ifindex > 0) return device.ifindex
  throw invalidInput(operation, `ifindex ${device.ifindex} is no device; indexes start at 1`)
}

/** How an error names it. */
export function deviceName(device: Device): string {
  return 'device' in device ? `device "${device.device}"` : `device ${device.ifindex}`
}

function indexOf(name: string, operation: string): number {
  const index = addon().deviceIndex(name)
  if (index > 0) return index
  throw kernelRefusal(operation, index, `device "${name}"`, { hint: 'no such device in this network namespace' })
}
