import { Writer } from '../bytes.ts'
import { type AttributeContext, Flag, writeAttribute } from './attribute.ts'
import type { PathAttributes } from './attributes.ts'
import { entries, type Wide } from './table.ts'

/** Attributes as a message has them, in the order of their codes; those of RFC 6793 are added where they are needed. */
export function encodeAttributes(attributes: PathAttributes, context: AttributeContext): Uint8Array {
  const writer = new Writer()
  const wide: Wide = {
    ...attributes,
    ...(attributes.asPath && { as4Path: attributes.asPath }),
    ...(attributes.aggregator && { as4Aggregator: attributes.aggregator }),
  }
  for (const entry of entries) {
    if (entry.internalOnly === true && context.external) continue
    const value = entry.write(wide, context)
    if (value !== undefined && (value.length > 0 || entry.mayBeEmpty))
      writeAttribute(writer, entry.flags, entry.code, value)
  }
  for (const { flags, code, value } of attributes.unknown ?? [])
    writeAttribute(writer, flags | Flag.partial, code, value)
  return writer.done()
}
