import { readText } from './plain/block.ts'
import { Cursor, NotPlain } from './plain/cursor.ts'

/** Tabs, other control characters, and what is not in the basic plane. */
const unusual = /[^\n\x20-\x7e\xa0-\ud7ff]/

/**
 * The value of a text in plain YAML 1.2, which is what people and programs write: sequences and mappings, in lines or in
 * brackets, JSON, words and numbers, text in quotes on one line. It keeps no positions, and is some twenty times faster than
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
