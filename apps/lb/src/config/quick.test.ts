import { readFileSync } from 'node:fs'
import { expect, test } from '@jest/globals'
import * as fc from 'fast-check'
import { parseDocument } from './document.ts'
import { quickValue } from './quick.ts'

const example = readFileSync(new URL('../../../../examples/lb.yaml', import.meta.url), 'utf8')

function exactValue(text: string): unknown {
  const document = parseDocument('lb.yaml', text)
  return 'locate' in document ? { value: document.value } : undefined
}

test('the example is read the quick way, and as the exact way reads it', () => {
  expect(quickValue(example)).toBeDefined()
  expect(quickValue(example)).toEqual(exactValue(example))
})

test.each(['a: 017', 'a: 0x1F', 'a: 0o17', 'a: yes', 'a: ~', 'a: 1e3', 'a: .5', 'a: 2026-01-01', '{"a": [1, "b"]}'])(
  '%s means the same both ways',
  (text) => {
    expect(quickValue(text)).toBeDefined()
    expect(quickValue(text)).toEqual(exactValue(text))
  },
)

test.each([
  'a: 1_000',
  'a: 0b11',
  'a: &x 1\nb: *x',
  'a: !!str 1',
  '%YAML 1.1\n---\na: yes',
  'a: 1\na: 2',
  'a: 1\n---\nb: 2',
])('%j is left to the exact way', (text) => {
  expect(quickValue(text)).toBeUndefined()
})

/** A key that is a number (which no configuration has) may be spelt in more than one way. */
function withPlainKeys(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(withPlainKeys)
  if (value === 0) return 0 // not -0, which is as good
  if (typeof value !== 'object' || value === null) return value
  const plain = (key: string): string => (key.trim() === '' || Number.isNaN(Number(key)) ? key : String(Number(key)))
  return Object.fromEntries(Object.entries(value).map(([key, inner]) => [plain(key), withPlainKeys(inner)]))
}

test('whatever both ways read, they read alike', () => {
  const pieces = fc.constantFrom(
    ...Array.from('-:,{}[]#"\'\n |>?@%0x1._~ae \\'),
    '  ',
    ': ',
    '- ',
    ' #',
    '\n  ',
    '<<: ',
    '""',
    '...',
  )
  const edit = fc.record({ at: fc.nat(600), remove: fc.nat(3), insert: pieces })
  fc.assert(
    fc.property(fc.array(edit, { minLength: 1, maxLength: 4 }), (edits) => {
      const text = edits.reduce(
        (all, { at, remove, insert }) => all.slice(0, at) + insert + all.slice(at + remove),
        example.replaceAll(/#.*\n/g, '\n').slice(0, 700),
      )
      const [quick, exact] = [quickValue(text), exactValue(text)]
      if (quick && exact) expect(withPlainKeys(quick)).toEqual(withPlainKeys(exact))
    }),
    { numRuns: 6 * (fc.readConfigureGlobal().numRuns ?? 100) },
  )
}, 60_000)
