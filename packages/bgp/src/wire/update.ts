import type { AttributeContext } from './attributes/attribute.ts'
import { updateError } from './attributes/attribute.ts'
import type { PathAttributes } from './attributes/attributes.ts'
import { decodeAttributes } from './attributes/decode.ts'
import { encodeAttributes } from './attributes/encode.ts'
import { MP_REACH, MP_UNREACH, type Reach, reachHead, unreachHead } from './attributes/multiprotocol.ts'
import { Flag, writeAttribute } from './attributes/attribute.ts'
import { u16, Writer } from './bytes.ts'
import { UpdateError } from './codes.ts'
import type { WireError } from './error.ts'
import type { AfiSafi, Family } from './family.ts'
import { frame, MessageType } from './message.ts'
import { PrefixList } from './prefixes.ts'

/** An UPDATE: prefixes that are withdrawn, and prefixes that are announced with these attributes. */
export interface Update {
  readonly withdrawn: readonly PrefixList[]
  readonly reach: readonly Reach[]
  readonly attributes: PathAttributes
}

/** An UPDATE as it was received. */
export interface DecodedUpdate extends Update {
  /** The family whose routes are all sent, where this is an End-of-RIB (RFC 4724). */
  readonly endOfRib?: Family
  /** What was wrong, each with its handling. Where one is `treat-as-withdraw`, `reach` is empty and its prefixes withdrawn. */
  readonly errors: readonly WireError[]
  /** Families that the message spoke of and we do not. */
  readonly foreign: readonly AfiSafi[]
}

/** Reads an UPDATE's body. Throws {@link WireError} where the session has to end. */
export function decodeUpdate(body: Uint8Array, context: AttributeContext): DecodedUpdate {
  const { withdrawn, attributeBytes, announced } = split(body)
  const { attributes, reach: mp, unreach, errors, present } = decodeAttributes(attributeBytes, context)
  const reach = [
    ...(announced.count > 0
      ? [{ family: 'ipv4' as const, nextHop: { address: attributes.nextHop ?? '' }, prefixes: announced }]
      : []),
    ...(mp && 'prefixes' in mp ? [mp] : []),
  ]
  const gone = [
    ...(withdrawn.count > 0 ? [withdrawn] : []),
    ...(unreach instanceof PrefixList && unreach.count > 0 ? [unreach] : []),
  ]
  const foreign = [mp, unreach].filter((one) => one !== undefined && 'afi' in one)
  const rest = { foreign, ...endOfRib(body, attributeBytes, unreach) }
  const found = [...errors, ...missing(present, reach.length > 0, announced.count > 0)]
  if (!found.some(({ handling }) => handling === 'treat-as-withdraw'))
    return { ...rest, withdrawn: gone, reach, attributes, errors: found }
  return { ...rest, withdrawn: [...gone, ...withdrawInstead(reach, found)], reach: [], attributes: {}, errors: found }
}

/** RFC 7606, section 5.2: without a prefix there is nothing to withdraw, and the session ends. */
function withdrawInstead(reach: readonly Reach[], errors: readonly WireError[]): PrefixList[] {
  const lists = reach.map(({ prefixes }) => prefixes)
  if (lists.some(({ count }) => count > 0)) return lists
  const error = errors.find(({ handling }) => handling === 'treat-as-withdraw')!
  throw updateError(
    'session-reset',
    error.notification.subcode,
    `${error.message}, in a message that announces nothing`,
    error.notification.data,
  )
}

function split(body: Uint8Array): { withdrawn: PrefixList; attributeBytes: Uint8Array; announced: PrefixList } {
  const middle = 2 + u16(body, 0)
  const start = middle + 2
  const end = start > body.length ? Number.NaN : start + u16(body, middle)
  if (!(end <= body.length))
    throw updateError(
      'session-reset',
      UpdateError.malformedAttributeList,
      'the lengths of withdrawn routes and attributes do not fit the message',
    )
  return {
    withdrawn: PrefixList.decode('ipv4', body.subarray(2, middle)),
    attributeBytes: body.subarray(start, end),
    announced: PrefixList.decode('ipv4', body.subarray(end)),
  }
}

function endOfRib(
  body: Uint8Array,
  attributeBytes: Uint8Array,
  unreach: PrefixList | AfiSafi | undefined,
): { endOfRib?: Family } {
  if (body.length === 4) return { endOfRib: 'ipv4' }
  const alone =
    unreach instanceof PrefixList &&
    unreach.count === 0 &&
    attributeBytes.length <= 7 &&
    body.length === 4 + attributeBytes.length
  return alone ? { endOfRib: unreach.family } : {}
}

/** What a route must have and this one has not (RFC 7606, section 3 (d)). What is there and wrong is told already. */
function missing(present: ReadonlySet<number>, any: boolean, classic: boolean): WireError[] {
  if (!any) return []
  const needed = [
    { name: 'ORIGIN', code: 1 },
    { name: 'AS_PATH', code: 2 },
    ...(classic ? [{ name: 'NEXT_HOP', code: 3 }] : []),
  ]
  return needed
    .filter(({ code }) => !present.has(code))
    .map(({ name, code }) =>
      updateError('treat-as-withdraw', UpdateError.missingWellKnown, `${name} is missing`, Uint8Array.of(code)),
    )
}

/**
 * Writes one UPDATE. IPv4 prefixes with an IPv4 next hop stand in the message's own fields, all others in
 * MP_REACH_NLRI and MP_UNREACH_NLRI, which come first (RFC 7606, section 5.1). Throws a RangeError where it is too long.
 */
export function encodeUpdate(update: Update, context: AttributeContext): Uint8Array {
  const classic = update.reach.find(isClassic)
  const writer = new Writer()
  for (const reach of update.reach)
    if (!isClassic(reach))
      writeAttribute(
        writer,
        Flag.optional,
        MP_REACH,
        concat(reachHead(reach.family, reach.nextHop), reach.prefixes.bytes),
      )
  for (const list of update.withdrawn)
    if (list.family === 'ipv6')
      writeAttribute(writer, Flag.optional, MP_UNREACH, concat(unreachHead('ipv6'), list.bytes))
  if (update.reach.length > 0) {
    const { nextHop: _, ...others } = update.attributes
    writer.bytes(encodeAttributes(classic ? { ...others, nextHop: classic.nextHop.address } : others, context))
  }
  const attributes = writer.done()
  const withdrawn = update.withdrawn.find(({ family }) => family === 'ipv4')?.bytes ?? new Uint8Array()
  const body = new Writer().u16(withdrawn.length).bytes(withdrawn).u16(attributes.length).bytes(attributes)
  if (classic) body.bytes(classic.prefixes.bytes)
  return frame(MessageType.update, body.done())
}

/** That all routes of the family have been sent (RFC 4724). */
export function encodeEndOfRib(family: Family): Uint8Array {
  const attributes = new Writer()
  if (family === 'ipv6') writeAttribute(attributes, Flag.optional, MP_UNREACH, unreachHead('ipv6'))
  return frame(MessageType.update, new Writer().u16(0).u16(attributes.length).bytes(attributes.done()).done())
}

function isClassic({ family, nextHop }: Reach): boolean {
  return family === 'ipv4' && !nextHop.address.includes(':')
}

function concat(a: Uint8Array, b: Uint8Array): Uint8Array {
  const all = new Uint8Array(a.length + b.length)
  all.set(a)
  all.set(b, a.length)
  return all
}
