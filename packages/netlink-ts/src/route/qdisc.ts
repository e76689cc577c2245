import { checkKeys, wrong } from '../check.ts'
import { NetlinkError } from '../error.ts'
import { maybe, pick } from '../pick.ts'
import type { Body } from '../request.ts'
import { body } from '../request.ts'
import type { RouteSocket } from '../socket.ts'
import { malformed } from '../socket.ts'
import { nearest } from '../suggest.ts'
import { bytes } from '../wire/codecs.ts'
import { AttributeDecoder } from '../wire/decoder.ts'
import type { Message } from '../wire/message.ts'
import { NLM_F_CREATE, NLM_F_EXCL, NLM_F_REPLACE } from '../wire/message.ts'
import { readMessage } from './attributes-of.ts'
import type { DeviceKey } from './device.ts'
import { optionalIndex, requiredIndex } from './device.ts'
import { qdiscKinds } from './qdisc-kinds.ts'
import type { Qdisc, QdiscAdd, QdiscKey, QdiscKind } from './qdisc-types.ts'
import type { StatisticsAttributes } from './tc-attributes.ts'
import { TCMSG, tcTable } from './tc-attributes.ts'
import type { TcHandle } from './tc-handle.ts'
import { handleNumber, handleText, parentText } from './tc-handle.ts'

export const RTM_NEWQDISC = 36
export const RTM_DELQDISC = 37
export const RTM_GETQDISC = 38

const placeKeys = { device: true, index: true, parent: true, handle: true, kind: true } as const
const reading = tcTable(bytes)

/** Queueing disciplines: `tc qdisc`. */
export class QdiscVerbs {
  readonly #socket: RouteSocket

  constructor(socket: RouteSocket) {
    this.#socket = socket
  }

  /**
   * Hangs a qdisc in; `EXISTS` when there is one of the kind (the kernel replaces one of another), `NOT_SUPPORTED` when the kernel does not have the kind.
   * Equivalent to `tc qdisc add dev <device> <parent> <kind> …`. Linux 4.20.
   */
  add(options: QdiscAdd): void {
    this.#new('qdisc.add', NLM_F_CREATE | NLM_F_EXCL, options)
  }

  /** Hangs it in, in place of what is there. Equivalent to `tc qdisc replace`. Linux 4.20. */
  replace(options: QdiscAdd): void {
    this.#new('qdisc.replace', NLM_F_CREATE | NLM_F_REPLACE, options)
  }

  /** Takes it off, with its filters. Equivalent to `tc qdisc delete dev <device> <parent>`. Linux 4.20. */
  delete(key: QdiscKey): void {
    const operation = 'qdisc.delete'
    checkKeys(operation, key, placeKeys)
    const index = requiredIndex(this.#socket, operation, key)
    const values = key.kind === undefined ? {} : { kind: key.kind }
    const request = body(TCMSG, headerOf(operation, index, key), reading, values)
    this.#socket.change({ operation, subject: subject(key, index), type: RTM_DELQDISC, body: request })
  }

  /** The qdiscs of all devices, or of one; one pass. Equivalent to `tc -s qdisc show`. Linux 4.20. */
  list(options: DeviceKey = {}): IteratorObject<Qdisc, undefined> {
    const operation = 'qdisc.list'
    checkKeys(operation, options, { device: true, index: true })
    const index = optionalIndex(this.#socket, operation, options)
    // The kernel ignores the header's index in a dump.
    const request = body(TCMSG, (to) => void to.zeros(TCMSG), reading, {})
    const all = this.#socket.dump({ operation, type: RTM_GETQDISC, body: request }).values().map(decodeQdisc)
    return index === undefined ? all : all.filter((qdisc) => qdisc.index === index)
  }

  #new(operation: string, flags: number, options: QdiscAdd): void {
    checkKind(operation, options.kind)
    const { keys, needs } = qdiscKinds[options.kind]
    checkKeys(operation, options, { ...placeKeys, ...Object.fromEntries(keys.map((key) => [key, true] as const)) })
    const index = requiredIndex(this.#socket, operation, options)
    const request = {
      operation,
      subject: subject(options, index),
      type: RTM_NEWQDISC,
      flags,
      body: qdiscBody(operation, index, options),
    }
    try {
      this.#socket.change(request)
    } catch (error) {
      throw this.#explained(error, index, options, needs)
    }
  }

  /** An unknown kind is `ENOENT`, as is a parent that is not there: the parent can be looked for. */
  #explained(error: unknown, index: number, { parent = 'root', kind }: QdiscAdd, needs: string): unknown {
    if (!(error instanceof NetlinkError) || error.errno !== 'ENOENT' || !this.#hasParent(index, parent)) return error
    return new NetlinkError('NOT_SUPPORTED', error.operation, `this kernel does not have qdisc ${kind}`, {
      hint: `it takes ${needs}`,
      cause: error,
    })
  }

  #hasParent(index: number, parent: TcHandle): boolean {
    const major = parent.split(':')[0]
    return !parent.includes(':') || this.list({ index }).some(({ handle }) => handle === `${major}:`)
  }
}

/** Reads `RTM_NEWQDISC` and `RTM_DELQDISC`. */
export function decodeQdisc(message: Message): Qdisc {
  const { header, values } = readMessage('qdisc', message, TCMSG, reading)
  const { kind = '', options, statistics } = values
  return {
    index: header.getInt32(4, true),
    kind,
    handle: handleText(header.getUint32(8, true)),
    parent: parentText(header.getUint32(12, true)),
    ...maybe('options', readOptions(kind, options)),
    ...maybe('statistics', statisticsOf(statistics)),
  }
}

function readOptions(kind: string, payload: Uint8Array | undefined): object | undefined {
  if (payload === undefined || !Object.hasOwn(qdiscKinds, kind)) return undefined
  const table = qdiscKinds[kind as QdiscKind]
  if (table.keys.length === 0) return undefined
  const from = AttributeDecoder.ofPayload(payload)
  const options = table.options.decode(from)
  if (from.error !== undefined) throw malformed('qdisc', `${kind}: ${from.error.problem}`)
  return options
}

function statisticsOf(statistics: StatisticsAttributes | undefined): Qdisc['statistics'] {
  if (statistics?.basic === undefined || statistics.queue === undefined) return undefined
  return { ...statistics.basic, ...statistics.queue }
}

function qdiscBody(operation: string, index: number, options: QdiscAdd): Body {
  const { options: codec, keys } = qdiscKinds[options.kind]
  const table = tcTable(codec)
  const given = pick(options as QdiscAdd & Record<string, unknown>, keys)
  const values = { kind: options.kind, ...(keys.length === 0 ? {} : { options: given }) }
  const problem = codec.problem?.(given)
  if (problem !== undefined) wrong(operation, problem.field, problem.value, problem.right)
  return body(TCMSG, headerOf(operation, index, options), table, values)
}

function headerOf(operation: string, index: number, key: QdiscKey): Parameters<typeof body>[1] {
  const attached = key.kind === 'clsact' || key.kind === 'ingress'
  const parent = handleNumber(operation, 'parent', key.parent ?? (attached ? 'clsact' : 'root'))
  const handle = key.handle === undefined ? (attached ? 0xffff0000 : 0) : handleNumber(operation, 'handle', key.handle)
  return (to) => void to.u32(0).u32(index).u32(handle).u32(parent).u32(0)
}

function checkKind(operation: string, kind: string): void {
  if (Object.hasOwn(qdiscKinds, kind)) return
  const meant = nearest(kind, Object.keys(qdiscKinds))
  wrong(
    operation,
    'kind',
    kind,
    meant === undefined ? `one of ${Object.keys(qdiscKinds).join(', ')}` : JSON.stringify(meant),
  )
}

function subject(key: QdiscKey, index: number): string {
  return `qdisc ${key.kind ?? key.parent ?? 'root'} on device ${key.device ?? index}`
}
