import { COMMA, type Cursor, HASH, NEWLINE, NotPlain } from './cursor.ts'
import { isQuote, readFlowKey, readPlain, readQuoted } from './scalar.ts'

const BRACKET = 91
const BRACKET_END = 93
const BRACE = 123
const BRACE_END = 125

export function isFlow(code: number): boolean {
  return code === BRACKET || code === BRACE
}

/** What stands in brackets or braces. Its other lines, if it has any, are indented by more than `column`. */
export function readFlow(cursor: Cursor, column: number): unknown {
  cursor.enter()
  const value = cursor.code === BRACE ? readMapping(cursor, column) : readSequence(cursor, column)
  cursor.leave()
  return value
}

function readMapping(cursor: Cursor, column: number): object {
  const mapping: Record<string, unknown> = {}
  cursor.at++
  for (;;) {
    skip(cursor, column)
    if (cursor.code === BRACE_END) break
    const key = readFlowKey(cursor)
    if (Object.hasOwn(mapping, key)) throw new NotPlain()
    cursor.at++
    skip(cursor, column)
    mapping[key] = readValue(cursor, column)
    if (isOver(cursor, column, BRACE_END)) break
  }
  cursor.at++
  return mapping
}

function readSequence(cursor: Cursor, column: number): unknown[] {
  const sequence: unknown[] = []
  cursor.at++
  for (;;) {
    skip(cursor, column)
    if (cursor.code === BRACKET_END) break
    sequence.push(readValue(cursor, column))
    if (isOver(cursor, column, BRACKET_END)) break
  }
  cursor.at++
  return sequence
}

function readValue(cursor: Cursor, column: number): unknown {
  if (isFlow(cursor.code)) return readFlow(cursor, column)
  return isQuote(cursor.code) ? readQuoted(cursor) : readPlain(cursor, true)
}

/** Is the closing one next? Otherwise a comma is, and is passed. */
function isOver(cursor: Cursor, column: number, end: number): boolean {
  skip(cursor, column)
  if (cursor.code === end) return true
  if (cursor.code !== COMMA) throw new NotPlain()
  cursor.at++
  return false
}

/** Passes blanks, comments and ends of lines. */
function skip(cursor: Cursor, column: number): void {
  skipToLineEnd(cursor)
  while (cursor.code === NEWLINE) {
    const start = ++cursor.at
    skipToLineEnd(cursor)
    const isEmpty = cursor.code === NEWLINE
    if (!isEmpty && cursor.at - start <= column) throw new NotPlain()
  }
}

function skipToLineEnd(cursor: Cursor): void {
  cursor.skipSpaces()
  if (cursor.code === HASH && cursor.isBehindBlank()) cursor.skipComment()
}
