import { u16 } from '../bytes.ts'
import { UpdateError } from '../codes.ts'
import type { WireError } from '../error.ts'
import type { AfiSafi } from '../family.ts'
import type { PrefixList } from '../prefixes.ts'
import { AS_TRANS } from '../open/open.ts'
import { mergePaths } from './as-path.ts'
import { type AttributeContext, Flag, updateError } from './attribute.ts'
import type { PathAttributes, UnknownAttribute } from './attributes.ts'
import { decodeReach, decodeUnreach, MP_REACH, MP_UNREACH, type Reach } from './multiprotocol.ts'
import { type Draft, entryByCode } from './table.ts'

/** A message's attributes, and what was wrong with those that are not here. */
export interface DecodedAttributes {
  readonly attributes: PathAttributes
  readonly reach?: Reach | AfiSafi
  readonly unreach?: PrefixList | AfiSafi
  /** Each with its handling: `treat-as-withdraw` or `attribute-discard`. What ends the session is thrown. */
  readonly errors: readonly WireError[]
  /** The codes of all that was there, right or wrong. */
  readonly present: ReadonlySet<number>
}

interface Found {
  readonly draft: Draft
  readonly unknown: UnknownAttribute[]
  readonly seen: Set<number>
  readonly errors: WireError[]
  reach?: Reach | AfiSafi
  unreach?: PrefixList | AfiSafi
}

/** Reads the attributes of an UPDATE. Throws {@link WireError} where the session has to end. */
export function decodeAttributes(bytes: Uint8Array, context: AttributeContext): DecodedAttributes {
  const found: Found = { draft: {}, unknown: [], seen: new Set(), errors: [] }
  for (let at = 0; at < bytes.length;) {
    const head = (bytes[at]! & Flag.extendedLength) === 0 ? 3 : 4
    const length = at + head > bytes.length ? Number.NaN : head === 3 ? bytes[at + 2]! : u16(bytes, at + 2)
    const end = at + head + length
    if (!(end <= bytes.length)) {
      found.errors.push(listError(`the attributes end within one (code ${bytes[at + 1] ?? 'missing'})`))
      break
    }
    take(found, { flags: bytes[at]!, code: bytes[at + 1]!, value: bytes.subarray(at + head, end) }, context)
    at = end
  }
  const { reach, unreach, errors } = found
  return {
    attributes: finish(found, context),
    ...(reach && { reach }),
    ...(unreach && { unreach }),
    errors,
    present: found.seen,
  }
}

function take(found: Found, attribute: UnknownAttribute, context: AttributeContext): void {
  const { flags, code, value } = attribute
  if (found.seen.has(code)) return repeated(found, code)
  found.seen.add(code)
  if (code === MP_REACH || code === MP_UNREACH) return takeMultiprotocol(found, attribute)
  const entry = entryByCode.get(code)
  if (entry === undefined) return takeUnknown(found, attribute)
  if (entry.internalOnly === true && context.external) {
    found.errors.push(updateError('attribute-discard', 0, `${entry.name} from another AS`))
    return
  }
  if (((flags ^ entry.flags) & (Flag.optional | Flag.transitive)) !== 0) {
    const message = `${entry.name} has flags ${hex(flags)}, which should be ${hex(entry.flags)}`
    found.errors.push(updateError(entry.malformed, UpdateError.attributeFlags, message, encoded(attribute)))
    return
  }
  const trouble = entry.read(value, context, found.draft)
  if (trouble)
    found.errors.push(
      updateError(entry.malformed, trouble.subcode, `${entry.name} ${trouble.reason}`, encoded(attribute)),
    )
}

/** RFC 7606, section 3 (g): two MP attributes end the session; of any other the first counts. */
function repeated(found: Found, code: number): void {
  const message = `attribute ${entryByCode.get(code)?.name ?? code} stands there twice`
  if (code === MP_REACH || code === MP_UNREACH)
    throw updateError('session-reset', UpdateError.malformedAttributeList, message)
  found.errors.push(updateError('attribute-discard', UpdateError.malformedAttributeList, message))
}

function takeMultiprotocol(found: Found, attribute: UnknownAttribute): void {
  const { flags, code, value } = attribute
  if (code === MP_REACH) found.reach = decodeReach(value)
  else found.unreach = decodeUnreach(value)
  if ((flags & (Flag.optional | Flag.transitive)) === Flag.optional) return
  const name = code === MP_REACH ? 'MP_REACH_NLRI' : 'MP_UNREACH_NLRI'
  const message = `${name} has flags ${hex(flags)}, which should be ${hex(Flag.optional)}`
  found.errors.push(updateError('treat-as-withdraw', UpdateError.attributeFlags, message, encoded(attribute)))
}

function takeUnknown(found: Found, attribute: UnknownAttribute): void {
  const { flags, code, value } = attribute
  if ((flags & Flag.optional) === 0)
    throw updateError(
      'session-reset',
      UpdateError.unrecognizedWellKnown,
      `attribute ${code} is called well-known, and is not known`,
      encoded(attribute),
    )
  // What is not transitive and not known is ignored (RFC 4271, section 5).
  if ((flags & Flag.transitive) !== 0)
    found.unknown.push({ flags: (flags & ~Flag.extendedLength) | Flag.partial, code, value: value.slice() })
}

/** Four octets from AS4_PATH and AS4_AGGREGATOR, where the session has two (RFC 6793, section 4.2.3). */
function finish({ draft, unknown }: Found, { as4 }: AttributeContext): PathAttributes {
  const { as4Path, as4Aggregator, ...attributes } = draft
  const { aggregator, asPath } = attributes
  const trusted = !as4 && (aggregator === undefined || as4Aggregator === undefined || aggregator.asn === AS_TRANS)
  return {
    ...attributes,
    ...(trusted && as4Path && asPath && { asPath: mergePaths(asPath, as4Path) }),
    ...(trusted && aggregator?.asn === AS_TRANS && as4Aggregator && { aggregator: as4Aggregator }),
    ...(unknown.length > 0 && { unknown }),
  }
}

function listError(message: string): WireError {
  return updateError('treat-as-withdraw', UpdateError.malformedAttributeList, message)
}

function encoded({ flags, code, value }: UnknownAttribute): Uint8Array {
  const head =
    value.length > 255
      ? [flags, code, value.length >>> 8, value.length]
      : [flags & ~Flag.extendedLength, code, value.length]
  return Uint8Array.from([...head, ...value])
}

function hex(flags: number): string {
  return `0x${flags.toString(16).padStart(2, '0')}`
}
