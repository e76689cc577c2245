import { checkKeys, checkTable, checkWhole, wrong } from '../check.ts'
import { NetlinkError } from '../error.ts'
import { maybe } from '../pick.ts'
import { body } from '../request.ts'
import type { RouteSocket } from '../socket.ts'
import { bytes, string, u32 } from '../wire/codecs.ts'
import { AttributeDecoder } from '../wire/decoder.ts'
import type { Encoder } from '../wire/encoder.ts'
import { nested } from '../wire/nests.ts'
import { AttributeTable } from '../wire/table.ts'
import type { Message } from '../wire/message.ts'
import { NLM_F_CREATE, NLM_F_EXCL } from '../wire/message.ts'
import { malformed } from '../socket.ts'
import { readMessage } from './attributes-of.ts'
import { requiredIndex } from './device.ts'
import type { BpfFilter, Filter, FilterAdd, FilterKey, FilterListOptions } from './filter-types.ts'
import { TCMSG, tcTable } from './tc-attributes.ts'
import { handleNumber, parentText } from './tc-handle.ts'

export const RTM_NEWTFILTER = 44
export const RTM_DELTFILTER = 45
export const RTM_GETTFILTER = 46
const ETH_P_ALL = 0x0003
const TCA_BPF_FLAG_ACT_DIRECT = 1

interface BpfAttributes {
  fd?: number
  name?: string
  flags?: number
  tag?: Uint8Array
  id?: number
}

const bpf: AttributeTable<BpfAttributes> = new AttributeTable<BpfAttributes>({
  fd: [6, 'TCA_BPF_FD', u32],
  name: [7, 'TCA_BPF_NAME', string],
  flags: [8, 'TCA_BPF_FLAGS', u32],
  tag: [10, 'TCA_BPF_TAG', bytes],
  id: [11, 'TCA_BPF_ID', u32],
})

const writing = tcTable(nested(bpf))
const reading = tcTable(bytes)

const keys: Readonly<Record<keyof FilterKey, true>> = {
  device: true,
  index: true,
  parent: true,
  priority: true,
  handle: true,
  protocol: true,
}
const addKeys: Readonly<Record<keyof FilterAdd, true>> = { ...keys, program: true, name: true, directAction: true }

/** Filters of qdiscs, as far as BPF needs them: `tc filter`. */
export class FilterVerbs {
  readonly #socket: RouteSocket

  constructor(socket: RouteSocket) {
    this.#socket = socket
  }

  /**
   * Attaches a BPF program; `EXISTS` when priority and handle are taken.
   * Equivalent to `tc filter add dev <device> <parent> bpf direct-action object-pinned …`. Linux 4.20.
   */
  add(options: FilterAdd): void {
    this.#new('filter.add', NLM_F_CREATE | NLM_F_EXCL, options)
  }

  /**
   * Attaches it, or swaps the program of the filter with the same priority and handle, without a packet between that
   * sees none. Equivalent to `tc filter replace`. Linux 4.20.
   */
  replace(options: FilterAdd): void {
    this.#new('filter.replace', NLM_F_CREATE, options)
  }

  /** Takes off one filter, those of a priority, or all of a parent. Equivalent to `tc filter delete`. Linux 4.20. */
  delete(key: FilterKey): void {
    const operation = 'filter.delete'
    checkKeys(operation, key, keys)
    const index = requiredIndex(this.#socket, operation, key)
    const values = key.handle === undefined ? {} : { kind: 'bpf' }
    const request = body(TCMSG, header(operation, index, key), writing, values)
    this.#socket.change({ operation, subject: subject(key, index), type: RTM_DELTFILTER, body: request })
  }

  /** The filters of a parent, in order; one pass. Equivalent to `tc filter show dev <device> <parent>`. Linux 4.20. */
  list(options: FilterListOptions): IteratorObject<Filter, undefined> {
    const operation = 'filter.list'
    checkKeys(operation, options, { device: true, index: true, parent: true })
    const index = requiredIndex(this.#socket, operation, options)
    const parent = handleNumber(operation, 'parent', options.parent)
    const request = body(TCMSG, (to) => void to.u32(0).u32(index).u32(0).u32(parent).u32(0), reading, {})
    return (
      this.#socket
        .dump({ operation, type: RTM_GETTFILTER, body: request })
        .values()
        .map(decodeFilter)
        // A priority's own entry, without a filter, comes first.
        .filter(({ handle }) => handle !== 0)
    )
  }

  #new(operation: string, flags: number, options: FilterAdd): void {
    checkKeys(operation, options, addKeys)
    const index = requiredIndex(this.#socket, operation, options)
    const { program, name = 'bpf', directAction = true } = options
    const fd = programFd(operation, program)
    const direct = directAction ? TCA_BPF_FLAG_ACT_DIRECT : 0
    const values = { kind: 'bpf', options: { fd, name, flags: direct } }
    checkTable(operation, writing, values)
    const request = body(TCMSG, header(operation, index, { protocol: 'all', ...options }), writing, values)
    const needs = (): string => 'a kernel with CONFIG_NET_CLS_BPF (module cls_bpf)'
    const about = { operation, subject: subject(options, index) }
    try {
      this.#socket.change({ ...about, type: RTM_NEWTFILTER, flags, body: request, needs })
    } catch (error) {
      throw withoutQdisc(about, error)
    }
  }
}

/** The kernel calls it invalid, or a class that is not there, when the qdisc to hang the filter on is missing. */
function withoutQdisc({ operation, subject }: { operation: string; subject: string }, error: unknown): unknown {
  if (
    !(error instanceof NetlinkError) ||
    !/^(Parent Qdisc|Specified class) doesn't exist/.test(error.kernelMessage ?? '')
  )
    return error
  return new NetlinkError('NOT_FOUND', operation, `${subject}: there is no such qdisc`, {
    cause: error,
    kernelMessage: error.kernelMessage,
    hint: "add it first: qdisc.add({ device, kind: 'clsact' })",
  })
}

function programFd(operation: string, program: FilterAdd['program'] | undefined): number {
  const fd = typeof program === 'object' ? program.fd : program
  return Number.isInteger(fd) && Number(fd) >= 0
    ? Number(fd)
    : wrong(operation, 'program', program, 'a loaded program, or its descriptor')
}

/** Reads `RTM_NEWTFILTER` and `RTM_DELTFILTER`. */
export function decodeFilter(message: Message): Filter {
  const { header: view, values } = readMessage('filter', message, TCMSG, reading)
  const { kind = '', options, chain = 0 } = values
  const protocol = view.getUint16(16)
  return {
    index: view.getInt32(4, true),
    kind,
    parent: parentText(view.getUint32(12, true)),
    handle: view.getUint32(8, true),
    priority: view.getUint16(18, true),
    protocol: protocol === ETH_P_ALL ? 'all' : protocol,
    chain,
    ...maybe('bpf', kind === 'bpf' && options !== undefined ? bpfFilter(options) : undefined),
  }
}

function bpfFilter(options: Uint8Array): BpfFilter {
  const from = new AttributeDecoder(options)
  const { name, id, tag, flags = 0 } = bpf.decode(from)
  if (from.error !== undefined) throw malformed('filter', from.error.problem)
  return {
    ...maybe('name', name),
    ...maybe('programId', id),
    ...maybe('tag', tag === undefined ? undefined : Buffer.from(tag).toString('hex')),
    directAction: (flags & TCA_BPF_FLAG_ACT_DIRECT) !== 0,
  }
}

/** `struct tcmsg`: priority and protocol (in network order) share its last field. */
function header(operation: string, index: number, key: FilterKey): (to: Encoder) => void {
  const parent = handleNumber(operation, 'parent', key.parent)
  const priority = checkWhole(operation, 'priority', key.priority ?? 0, 0, 0xffff)
  const handle = checkWhole(operation, 'handle', key.handle ?? 0, 0, 0xffffffff)
  const given = key.protocol ?? (key.priority === undefined ? 0 : 'all')
  const protocol = given === 'all' ? ETH_P_ALL : checkWhole(operation, 'protocol', given, 0, 0xffff)
  return (to) => void to.u32(0).u32(index).u32(handle).u32(parent).be16(protocol).u16(priority)
}

function subject(key: FilterKey, index: number): string {
  return `filter at ${key.parent} of device ${key.device ?? index}`
}
