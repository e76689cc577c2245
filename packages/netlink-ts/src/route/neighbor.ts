import { bitNames, numberName } from '../bits.ts'
import { checkAddress, checkBits, checkKeys, checkName, checkTable } from '../check.ts'
import { NetlinkError } from '../error.ts'
import { maybe } from '../pick.ts'
import type { Body } from '../request.ts'
import { body } from '../request.ts'
import type { RouteSocket } from '../socket.ts'
import type { Message } from '../wire/message.ts'
import { NLM_F_CREATE, NLM_F_EXCL, NLM_F_REPLACE } from '../wire/message.ts'
import { readMessage } from './attributes-of.ts'
import { optionalIndex, requiredIndex } from './device.ts'
import { AF_UNSPEC, families, familyName, familyOf, isInternet } from './families.ts'
import type { NeighborAttributes } from './neighbor-attributes.ts'
import { NDMSG, neighborAttributes } from './neighbor-attributes.ts'
import type { Neighbor, NeighborAdd, NeighborFlag, NeighborKey, NeighborListOptions } from './neighbor-types.ts'
import { neighborExtFlags, neighborFlags, neighborStates } from './neighbor-types.ts'

export const RTM_NEWNEIGH = 28
export const RTM_DELNEIGH = 29
export const RTM_GETNEIGH = 30

const allFlags = { ...neighborFlags, ...neighborExtFlags }
const addKeys: Readonly<Record<keyof NeighborAdd, true>> = {
  device: true,
  index: true,
  address: true,
  flags: true,
  lladdr: true,
  state: true,
  protocol: true,
}
const listKeys: Readonly<Record<keyof NeighborListOptions, true>> = {
  device: true,
  index: true,
  family: true,
  states: true,
  proxy: true,
}

/** Neighbour entries (ARP, NDP): `ip neigh`. */
export class NeighborVerbs {
  readonly #socket: RouteSocket

  constructor(socket: RouteSocket) {
    this.#socket = socket
  }

  /**
   * Adds an entry; `EXISTS` when there is one. With `flags: ['managed', 'extern_learn']` and no `lladdr` the kernel
   * resolves it and keeps it resolved (since 5.16; an older kernel ignores `managed`).
   * Equivalent to `ip neigh add <address> lladdr <mac> dev <device>`. Linux 4.20.
   */
  add(options: NeighborAdd): void {
    this.#new('neighbor.add', NLM_F_CREATE | NLM_F_EXCL, options)
  }

  /** Adds an entry, or changes the one there is. Equivalent to `ip neigh replace`. Linux 4.20. */
  replace(options: NeighborAdd): void {
    this.#new('neighbor.replace', NLM_F_CREATE | NLM_F_REPLACE, options)
  }

  /** Removes an entry; `NOT_FOUND` when there is none. Equivalent to `ip neigh delete`. Linux 4.20. */
  delete(key: NeighborKey): void {
    const operation = 'neighbor.delete'
    checkKeys(operation, key, { device: true, index: true, address: true, flags: true })
    const index = requiredIndex(this.#socket, operation, key)
    const request = neighborBody(operation, index, key, neighborStates.permanent)
    this.#socket.change({ operation, subject: subject(key, index), type: RTM_DELNEIGH, body: request })
  }

  /**
   * One entry, or `undefined`; before Linux 5.0 look through {@link list}.
   * Equivalent to `ip neigh get <address> dev <device>`. Linux 4.20.
   */
  get(key: NeighborKey): Neighbor | undefined {
    const operation = 'neighbor.get'
    checkKeys(operation, key, { device: true, index: true, address: true, flags: true })
    const index = requiredIndex(this.#socket, operation, key)
    const request = neighborBody(operation, index, key, 0)
    try {
      return decodeNeighbor(
        this.#socket.get({ operation, subject: subject(key, index), type: RTM_GETNEIGH, body: request }),
      )
    } catch (error) {
      if (error instanceof NetlinkError && error.code === 'NOT_FOUND') return undefined
      throw error
    }
  }

  /** All IPv4 and IPv6 entries, or those asked for; one pass. Equivalent to `ip neigh show nud all`. Linux 4.20. */
  list(options: NeighborListOptions = {}): IteratorObject<Neighbor, undefined> {
    const operation = 'neighbor.list'
    checkKeys(operation, options, listKeys)
    const index = optionalIndex(this.#socket, operation, options)
    const family =
      options.family === undefined ? AF_UNSPEC : checkName(operation, 'family', options.family, families, 0)
    const flags = options.proxy === true ? neighborFlags.proxy : 0
    const states = options.states?.map((state, i) => checkName(operation, `states[${i}]`, state, neighborStates, 0))
    const request = body(
      NDMSG,
      (to) => void to.u8(family).zeros(9).u8(flags).u8(0),
      neighborAttributes,
      maybe('index', index),
    )
    return this.#socket
      .dump({ operation, type: RTM_GETNEIGH, body: request })
      .values()
      .filter(isNeighbor)
      .map(decodeNeighbor)
      .filter(({ state }) => states === undefined || states.includes(stateNumber(state)))
  }

  #new(operation: string, flags: number, options: NeighborAdd): void {
    checkKeys(operation, options, addKeys)
    const index = requiredIndex(this.#socket, operation, options)
    const request = neighborBody(operation, index, options, stateOf(operation, options))
    this.#socket.change({ operation, subject: subject(options, index), type: RTM_NEWNEIGH, flags, body: request })
  }
}

/** Bridge entries come in the same messages, with their own family. */
export function isNeighbor(message: Message): boolean {
  return isInternet(message.bytes[message.start] ?? AF_UNSPEC)
}

/** Reads `RTM_NEWNEIGH` and `RTM_DELNEIGH`. */
export function decodeNeighbor(message: Message): Neighbor {
  const { header, values } = readMessage('neighbour', message, NDMSG, neighborAttributes)
  const flags = bitNames<NeighborFlag>(header.getUint8(10), {
    ...neighborFlags,
    managed: 0,
    locked: 0,
    extern_valid: 0,
  })
  return {
    index: header.getInt32(4, true),
    family: familyName(header.getUint8(0)),
    address: values.address ?? '',
    ...maybe('lladdr', values.lladdr),
    state: numberName(header.getUint16(8, true), neighborStates),
    flags: [...flags, ...bitNames(values.extFlags ?? 0, neighborExtFlags)],
    ...maybe('probes', values.probes),
    ...ages(values),
    ...maybe('protocol', values.protocol),
  }
}

function ages({ ages: ticks }: NeighborAttributes): Partial<Neighbor> {
  if (ticks === undefined) return {}
  return { usedMs: ticks.used * 10, confirmedMs: ticks.confirmed * 10, updatedMs: ticks.updated * 10 }
}

function neighborBody(operation: string, index: number, options: NeighborAdd, state: number): Body {
  const address = checkAddress(operation, 'address', options.address)
  const names = options.flags ?? []
  checkBits(operation, 'flags', names, allFlags)
  const flags = names.reduce((all, name) => all | (name in neighborFlags ? allFlags[name] : 0), 0)
  const extFlags = names.reduce((all, name) => all | (name in neighborExtFlags ? allFlags[name] : 0), 0)
  const values: NeighborAttributes = {
    address: options.address,
    ...maybe('lladdr', options.lladdr),
    ...maybe('protocol', options.protocol),
    ...(extFlags === 0 ? {} : { extFlags }),
  }
  checkTable(operation, neighborAttributes, values)
  const family = familyOf(address)
  return body(NDMSG, (to) => void to.u32(family).u32(index).u16(state).u8(flags).u8(0), neighborAttributes, values)
}

function stateOf(operation: string, { state, lladdr, flags = [] }: NeighborAdd): number {
  if (state !== undefined) return checkName(operation, 'state', state, neighborStates, 0)
  const resolves = lladdr === undefined && (flags.includes('managed') || flags.includes('use'))
  return resolves ? neighborStates.none : neighborStates.permanent
}

function stateNumber(state: Neighbor['state']): number {
  return typeof state === 'number' ? state : neighborStates[state]
}

function subject(key: NeighborKey, index: number): string {
  return `${key.address} on device ${key.device ?? index}`
}
