import { type Cursor, NotPlain } from './cursor.ts'
import { isFlow, readFlow } from './flow.ts'
import { isQuote, readKey, readPlain, readQuoted } from './scalar.ts'

/** The whole text: one document, that begins with a line of its own (`---`) or at once. */
export function readText(cursor: Cursor): unknown {
  if (cursor.column === 0 && cursor.text.startsWith('---', cursor.at)) {
    cursor.at += 3
    cursor.endLine()
  }
  if (cursor.column < 0) throw new NotPlain()
  const value = isFlow(cursor.code) ? readInline(cursor, -1) : readNode(cursor)
  if (cursor.column >= 0) throw new NotPlain()
  return value
}

/** A sequence or mapping whose first line is this one. */
function readNode(cursor: Cursor): unknown {
  cursor.enter()
  const value = cursor.isAtEntry() ? readSequence(cursor) : readMapping(cursor)
  cursor.leave()
  return value
}

function readSequence(cursor: Cursor): unknown[] {
  const { column } = cursor
  const sequence: unknown[] = []
  while (cursor.column === column && cursor.isAtEntry()) {
    cursor.at++
    sequence.push(readEntry(cursor, column))
  }
  if (cursor.column > column) throw new NotPlain()
  return sequence
}

/** Behind the `-`. */
function readEntry(cursor: Cursor, column: number): unknown {
  const from = cursor.at
  if (cursor.isAtLineEnd()) {
    cursor.endLine()
    return cursor.column > column ? readNode(cursor) : null
  }
  cursor.column = column + 1 + cursor.at - from
  if (cursor.isAtEntry()) return readNode(cursor)
  if (isFlow(cursor.code)) return readInline(cursor, column)
  const start = cursor.at
  if (readKey(cursor) === undefined) return readInline(cursor, column)
  cursor.at = start
  return readNode(cursor)
}

function readMapping(cursor: Cursor): object {
  const { column } = cursor
  const mapping: Record<string, unknown> = {}
  while (cursor.column === column) {
    const key = readKey(cursor)
    if (key === undefined || Object.hasOwn(mapping, key)) throw new NotPlain()
    cursor.at++
    mapping[key] = readMapped(cursor, column)
  }
  if (cursor.column > column) throw new NotPlain()
  return mapping
}

/** Behind the `:`. A sequence need not be indented more than its key. */
function readMapped(cursor: Cursor, column: number): unknown {
  if (!cursor.isAtLineEnd()) return readInline(cursor, column)
  cursor.endLine()
  const isBelow = cursor.column > column || (cursor.column === column && cursor.isAtEntry())
  return isBelow ? readNode(cursor) : null
}

/** What stands on the same line, and in brackets on further ones. */
function readInline(cursor: Cursor, column: number): unknown {
  const { code } = cursor
  const value = isFlow(code) ? readFlow(cursor, column) : isQuote(code) ? readQuoted(cursor) : readPlain(cursor, false)
  cursor.endLine()
  if (cursor.column > column) throw new NotPlain()
  return value
}
