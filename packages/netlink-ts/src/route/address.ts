import type { Cidr } from '@skep/packet'
import { cidrLast, formatAddress } from '@skep/packet'
import { bitNames, numberName } from '../bits.ts'
import { checkAddress, checkBits, checkKeys, checkName, checkPrefix, checkTable, checkWhole } from '../check.ts'
import { maybe } from '../pick.ts'
import type { Body } from '../request.ts'
import { body } from '../request.ts'
import type { RouteSocket } from '../socket.ts'
import type { Message } from '../wire/message.ts'
import { NLM_F_CREATE, NLM_F_EXCL, NLM_F_REPLACE } from '../wire/message.ts'
import type { AddressAttributes } from './address-attributes.ts'
import { addressAttributes, IFADDRMSG } from './address-attributes.ts'
import type { AddressAdd, AddressKey, AddressListOptions, DeviceAddress } from './address-types.ts'
import { addressFlags } from './address-types.ts'
import { readMessage } from './attributes-of.ts'
import { optionalIndex, requiredIndex } from './device.ts'
import { AF_UNSPEC, families, familyName, familyOf } from './families.ts'
import { scopes } from './scopes.ts'

export const RTM_NEWADDR = 20
export const RTM_DELADDR = 21
export const RTM_GETADDR = 22
const FOREVER = 0xffffffff

const keys: Readonly<Record<keyof AddressAdd, true>> = {
  device: true,
  index: true,
  address: true,
  peer: true,
  broadcast: true,
  scope: true,
  label: true,
  flags: true,
  preferredLifetime: true,
  validLifetime: true,
  metric: true,
}

/** Addresses of devices: `ip address`. */
export class AddressVerbs {
  readonly #socket: RouteSocket

  constructor(socket: RouteSocket) {
    this.#socket = socket
  }

  /** Gives a device an address. `EXISTS` when it has it. Equivalent to `ip address add <address> dev <device>`. Linux 4.20. */
  add(options: AddressAdd): void {
    this.#change('address.add', RTM_NEWADDR, NLM_F_CREATE | NLM_F_EXCL, options)
  }

  /** Gives a device an address, or changes what it is like. Equivalent to `ip address replace`. Linux 4.20. */
  replace(options: AddressAdd): void {
    this.#change('address.replace', RTM_NEWADDR, NLM_F_CREATE | NLM_F_REPLACE, options)
  }

  /** Takes an address away. `NOT_FOUND` when it is not there. Equivalent to `ip address delete`. Linux 4.20. */
  delete(key: AddressKey): void {
    this.#change('address.delete', RTM_DELADDR, 0, key)
  }

  /** The addresses of all devices, or of one; one pass. Equivalent to `ip address show`. Linux 4.20. */
  list(options: AddressListOptions = {}): IteratorObject<DeviceAddress, undefined> {
    const operation = 'address.list'
    checkKeys(operation, options, { device: true, index: true, family: true })
    const index = optionalIndex(this.#socket, operation, options) ?? 0
    const family =
      options.family === undefined ? AF_UNSPEC : checkName(operation, 'family', options.family, families, 0)
    const header = body(IFADDRMSG, (to) => void to.u8(family).zeros(3).u32(index), addressAttributes, {})
    const subject = index === 0 ? undefined : `device ${options.device ?? index}`
    return this.#socket.dump({ operation, subject, type: RTM_GETADDR, body: header }).values().map(decodeAddress)
  }

  #change(operation: string, type: number, flags: number, options: AddressAdd): void {
    checkKeys(operation, options, keys)
    const prefix = checkPrefix(operation, 'address', options.address)
    const index = requiredIndex(this.#socket, operation, options)
    const subject = `${options.address} on device ${options.device ?? index}`
    this.#socket.change({ operation, subject, type, flags, body: addressBody(operation, index, prefix, options) })
  }
}

/** Reads `RTM_NEWADDR` and `RTM_DELADDR`. */
export function decodeAddress(message: Message): DeviceAddress {
  const { header, values } = readMessage('address', message, IFADDRMSG, addressAttributes)
  const own = values.local ?? values.address ?? ''
  const prefix = header.getUint8(1)
  const peer = values.local !== undefined && values.address !== undefined && values.address !== values.local
  return {
    index: header.getUint32(4, true),
    family: familyName(header.getUint8(0)),
    address: `${own}/${peer ? 8 * (own.includes(':') ? 16 : 4) : prefix}`,
    ...(peer ? { peer: `${values.address}/${prefix}` } : {}),
    ...maybe('broadcast', values.broadcast),
    scope: numberName(header.getUint8(3), scopes),
    ...maybe('label', values.label),
    flags: bitNames(values.flags ?? header.getUint8(2), addressFlags),
    ...maybe('preferredLifetime', finite(values.lifetimes?.preferred)),
    ...maybe('validLifetime', finite(values.lifetimes?.valid)),
    ...maybe('metric', values.metric),
  }
}

function finite(seconds: number | undefined): number | undefined {
  return seconds === FOREVER ? undefined : seconds
}

function addressBody(operation: string, index: number, prefix: Cidr, options: AddressAdd): Body {
  const scope = checkName(operation, 'scope', options.scope ?? 'global', scopes, 255)
  const flags = checkBits(operation, 'flags', options.flags ?? [], addressFlags)
  const peer = options.peer === undefined ? prefix : checkPrefix(operation, 'peer', options.peer)
  const values: AddressAttributes = {
    local: formatAddress(prefix.address),
    address: formatAddress(peer.address),
    ...maybe('broadcast', broadcastOf(operation, prefix, options)),
    ...maybe('label', options.label),
    ...(flags > 0xff ? { flags } : {}),
    ...maybe('metric', options.metric),
    ...lifetimes(operation, options),
  }
  checkTable(operation, addressAttributes, values)
  const header = [familyOf(prefix.address), peer.prefix, flags & 0xff, scope] as const
  return body(IFADDRMSG, (to) => void to.write(Uint8Array.of(...header)).u32(index), addressAttributes, values)
}

/** The kernel sets none by itself, and neither does `ip` unless it is asked (`brd +`). */
function broadcastOf(operation: string, prefix: Cidr, { broadcast }: AddressAdd): string | undefined {
  if (broadcast === undefined) return undefined
  if (broadcast === 'auto') return formatAddress(cidrLast(prefix))
  return formatAddress(checkAddress(operation, 'broadcast', broadcast))
}

function lifetimes(operation: string, options: AddressAdd): AddressAttributes {
  const { preferredLifetime, validLifetime } = options
  if (preferredLifetime === undefined && validLifetime === undefined) return {}
  const valid = checkWhole(operation, 'validLifetime', validLifetime ?? FOREVER, 1, FOREVER)
  const preferred = checkWhole(operation, 'preferredLifetime', preferredLifetime ?? valid, 0, valid)
  return { lifetimes: { preferred, valid } }
}
