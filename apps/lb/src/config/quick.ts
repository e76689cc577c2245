import { readText } from './plain/block.ts'
import { Cursor, NotPlain } from './plain/cursor.ts'

/** Tabs, other control characters, and the mark of the byte order. */
const unusual = /[^\n\x20-\x7e\xa0-\ufefe\uff00-\ufffd]/

/**
 * The value of a text in plain YAML 1.2, which is what people and programs write: sequences and mappings, in lines or in
 * brackets, JSON, words and numbers, text in quotes. It keeps no positions, and is some twenty times faster than
 * {@link parseDocument}. `undefined` where the text has anything else in it, or is wrong: that one tells.
 */
export function quickValue(text: string): { readonly value: unknown } | undefined {
  if (unusual.test(text)) return undefined
  try {
    return { value: readText(new Cursor(text)) }
  } catch (error) {
    if (error instanceof NotPlain) return undefined
    throw error
  }
}
