import { COLON, COMMA, type Cursor, HASH, isBlank, NEWLINE, NotPlain, SPACE } from './cursor.ts'

const words = new Map<string, unknown>(
  ['true', 'false', 'null'].flatMap((word) => {
    const spellings = [word, word[0]!.toUpperCase() + word.slice(1), word.toUpperCase()]
    return spellings.map((spelling) => [spelling, JSON.parse(word) as unknown] as const)
  }),
)

/** Numbers of YAML 1.2 in all their spellings, and some that are none. */
const number =
  /^[-+]?(?:0o[0-7]+|0x[\da-fA-F]+|(?:\.\d+|\d+(?:\.\d*)?)(?:[eE][-+]?\d+)?|\.(?:inf|Inf|INF|nan|NaN|NAN))$/

const DOUBLE_QUOTE = 34
const SINGLE_QUOTE = 39
const BACKSLASH = 92

/** Keys are few: each is one string, however often it stands in the text. */
const keys: (string | undefined)[] = []

/** The key that begins here, with the cursor at its `:`; `undefined`, and the cursor stays, where there is none. */
export function readKey(cursor: Cursor): string | undefined {
  const { text, at } = cursor
  const isQuoted = isQuote(cursor.code)
  const key = isQuoted ? readQuoted(cursor) : readPlainKey(cursor)
  cursor.skipSpaces()
  if (key !== undefined && cursor.code === COLON && isBlank(text.charCodeAt(cursor.at + 1))) return key
  cursor.at = at
  return undefined
}

/** Of a key in braces: in JSON there need not be a blank behind the `:`. */
export function readFlowKey(cursor: Cursor): string {
  const isQuoted = isQuote(cursor.code)
  const key = isQuoted ? readQuoted(cursor) : readPlainKey(cursor)
  cursor.skipSpaces()
  const isKey = cursor.code === COLON && (isQuoted || isBlank(cursor.text.charCodeAt(cursor.at + 1)))
  if (key === undefined || !isKey) throw new NotPlain()
  return key
}

function readPlainKey(cursor: Cursor): string | undefined {
  const { text, at } = cursor
  if (!isLetter(cursor.code)) return undefined
  let end = at + 1
  while (isKeyLetter(text.charCodeAt(end))) end++
  cursor.at = end
  const length = end - at
  const place = (31 * length + text.charCodeAt(at)) & 255
  const known = keys[place]
  if (known?.length === length && text.startsWith(known, at)) return known
  const key = text.slice(at, end)
  if (words.has(key) || key === '__proto__' || length > 256) throw new NotPlain()
  keys[place] = key
  return key
}

/** In quotes, on one line, with the escapes that JSON has, too. */
export function readQuoted(cursor: Cursor): string {
  const { text, at } = cursor
  const isDouble = cursor.code === DOUBLE_QUOTE
  const end = isDouble ? endOfDouble(text, at) : endOfSingle(text, at)
  const inside = text.slice(at + 1, end)
  if (end >= text.length || inside.length > 1000 || inside.includes('\n')) throw new NotPlain()
  const value = isDouble ? unescaped(inside) : inside.replaceAll("''", "'")
  if (value === '__proto__') throw new NotPlain()
  cursor.at = end + 1
  return value
}

function endOfDouble(text: string, at: number): number {
  let end = at + 1
  while (end < text.length && text.charCodeAt(end) !== DOUBLE_QUOTE) end += text.charCodeAt(end) === BACKSLASH ? 2 : 1
  return end
}

/** Two of them stand for one. */
function endOfSingle(text: string, at: number): number {
  for (let end = at + 1; ; end += 2) {
    end = text.indexOf("'", end)
    if (end < 0) return text.length
    if (text[end + 1] !== "'") return end
  }
}

const escapes = /\\(?:["\\/bfnrt]|u[\da-fA-F]{4}|([^]))/g

function unescaped(inside: string): string {
  if (!inside.includes('\\')) return inside
  for (const [, other] of inside.matchAll(escapes)) if (other !== undefined) throw new NotPlain()
  return JSON.parse(`"${inside}"`) as string
}

export function isQuote(code: number): boolean {
  return code === DOUBLE_QUOTE || code === SINGLE_QUOTE
}

/** A word or number without quotes, up to the end of the line; in brackets up to what ends it there. */
export function readPlain(cursor: Cursor, inFlow: boolean): unknown {
  const { text, at } = cursor
  let end = at
  let dots = 0
  let digits = 0
  let i = at
  for (; i < text.length; i++) {
    const code = text.charCodeAt(i)
    if (code === NEWLINE || (inFlow && isFlowIndicator(code))) break
    if (code === SPACE) {
      if (text.charCodeAt(i + 1) === HASH) break
      continue
    }
    if (code === COLON) requireInside(text.charCodeAt(i + 1), inFlow)
    if (code === 46) dots++
    if (isDigit(code)) digits++
    end = i + 1
  }
  cursor.at = i
  return meaning(text, at, end, digits, dots)
}

function requireInside(next: number, inFlow: boolean): void {
  if (isBlank(next) || (inFlow && isFlowIndicator(next))) throw new NotPlain()
}

function meaning(text: string, at: number, end: number, digits: number, dots: number): unknown {
  const first = text.charCodeAt(at)
  const length = end - at
  const isNumeric = isDigit(first) || first === 43 || first === 45 || first === 46
  if (length === 0 || !(isNumeric || isLetter(first) || first === 47)) throw new NotPlain()
  if (digits === length && digits < 16 && (first !== 48 || length === 1)) return whole(text, at, end)
  const value = text.slice(at, end)
  if (isNumeric) {
    if (value === '-' || value.startsWith('- ') || (dots < 2 && number.test(value))) throw new NotPlain()
    return value
  }
  return length < 6 && words.has(value) ? words.get(value) : value
}

function whole(text: string, at: number, end: number): number {
  let value = 0
  for (let i = at; i < end; i++) value = 10 * value + text.charCodeAt(i) - 48
  return value
}

/** One of `,[]{}`. */
export function isFlowIndicator(code: number): boolean {
  return code === COMMA || code === 91 || code === 93 || code === 123 || code === 125
}

function isDigit(code: number): boolean {
  return code >= 48 && code <= 57
}

function isLetter(code: number): boolean {
  return (code >= 97 && code <= 122) || (code >= 65 && code <= 90) || code === 95
}

/** Also `-`, `.` and `/`. */
function isKeyLetter(code: number): boolean {
  return isLetter(code) || (code >= 45 && code <= 57)
}
