import type { NetlinkErrorDetails } from './error.ts'
import { kernelRefusal } from './error.ts'
import type { NetlinkError } from './error.ts'
import { errnoName } from './errno.ts'
import type { Request } from './request.ts'
import { attributesStart } from './request.ts'
import { AttributeDecoder } from './wire/decoder.ts'
import type { ExtendedAck } from './wire/extended-ack.ts'
import { decodeExtendedAck, describePolicy } from './wire/extended-ack.ts'
import type { Message } from './wire/message.ts'
import { MESSAGE_HEADER, NLM_F_ACK_TLVS, NLM_F_CAPPED, NLMSG_ERROR } from './wire/message.ts'
import type { AttributePlace } from './wire/path.ts'
import { attributeAt } from './wire/path.ts'

/** The number that ends an exchange (`NLMSG_ERROR`, `NLMSG_DONE`): 0, or −errno. */
export function endingCode(message: Message): number {
  if (message.end - message.start < 4) return 0
  return new DataView(message.bytes.buffer, message.bytes.byteOffset).getInt32(message.start, true)
}

/** The extended ack behind an `NLMSG_ERROR` or `NLMSG_DONE`, if there is one. */
export function extendedAck(message: Message): ExtendedAck {
  if ((message.flags & NLM_F_ACK_TLVS) === 0) return {}
  return decodeExtendedAck(new AttributeDecoder(message.bytes, acksStart(message), message.end))
}

/** The error for a request that the kernel refused, its attributes named. */
export function refusal(request: Request, sent: Uint8Array, message: Message): NetlinkError {
  const errno = -endingCode(message)
  const ack = extendedAck(message)
  const own = unsupported(errno) ? unsupportedHint(request, ack) : {}
  const details = { ...named(request, sent, ack), kernelMessage: ack.message, allowed: describePolicy(ack.policy) }
  return kernelRefusal(request.operation, errno, request.subject, { ...details, ...own })
}

/** `NLMSG_ERROR` repeats the request (only its header when capped) before the extended ack; `NLMSG_DONE` does not. */
function acksStart(message: Message): number {
  const code = message.start + 4
  if (message.type !== NLMSG_ERROR) return code
  if ((message.flags & NLM_F_CAPPED) !== 0) return code + MESSAGE_HEADER
  const repeated = new DataView(message.bytes.buffer, message.bytes.byteOffset).getUint32(code, true)
  return code + ((repeated + 3) & ~3)
}

function named(request: Request, sent: Uint8Array, ack: ExtendedAck): NetlinkErrorDetails {
  return {
    attribute: ack.offset === undefined ? undefined : place(request, sent, ack.offset)?.path,
    missingAttribute:
      ack.missingType === undefined ? undefined : missing(request, sent, ack.missingType, ack.missingNest),
  }
}

function missing(request: Request, sent: Uint8Array, type: number, nest: number | undefined): string {
  if (nest === undefined) return request.body.table.nameOf(type) ?? `attribute ${type}`
  const nestPlace = place(request, sent, nest)
  const name = nestPlace?.tables.map((table) => table.nameOf(type)).find((found) => found !== undefined)
  return `${nestPlace?.path ?? `offset ${nest}`}.${name ?? `attribute ${type}`}`
}

function place(request: Request, sent: Uint8Array, offset: number): AttributePlace | undefined {
  return attributeAt(sent, attributesStart(request.body), request.body.table, offset)
}

/** Where the kernel has a sentence of its own, it says more than that it does not have the thing. */
function unsupportedHint(request: Request, { message }: ExtendedAck): { readonly hint?: string | undefined } {
  const hint = request.needs?.(message)
  return hint !== undefined || message !== undefined ? { hint } : {}
}

function unsupported(errno: number): boolean {
  return ['EOPNOTSUPP', 'ENOTSUPP', 'EPROTONOSUPPORT', 'EAFNOSUPPORT'].includes(errnoName(errno))
}
