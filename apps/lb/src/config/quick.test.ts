import { readFileSync } from 'node:fs'
import { expect, test } from '@jest/globals'
import * as fc from 'fast-check'
import { ConfigError, parseDocument } from '@skep/config-file'
import { quickValue } from './quick.ts'

const example = readFileSync(new URL('../../../../examples/lb.yaml', import.meta.url), 'utf8')

function exactValue(text: string): unknown {
  try {
    return { value: parseDocument('lb.yaml', text).value }
  } catch (error) {
    if (error instanceof ConfigError) return undefined
    throw error
  }
}

test('the example is read the quick way, and as the exact way reads it', () => {
  expect(quickValue(example)).toBeDefined()
  expect(quickValue(example)).toEqual(exactValue(example))
})

test.each([
  'a: yes',
  'a: 2026-01-01',
  'a: 2026-01-01T00:00:00Z',
  'a: TRUE\nb: Null\nc: nul',
  'a: 2001:db8::1',
  'a: -eth0',
  "a: it's, [so] # not it",
  'a: "x # y"\nb: \'x: y\'',
  'a:\nb:\n\n  # nothing\n',
  'a:\n- 1\n- - 2\n  - 3\n-\n  b: 1\n  c:\n    d: 2\n-\n- e : 5\n',
  "a: 'it''s'\n'b''c': ''''",
  'a: "\\"\\\\\\/\\n\\u00e9\\ud83d\\ude00"\nb: "c\\\\"',
  'a: bä # 🚀',
  '# first\n---\na: 1',
  '- {a: b c, "d":1, e: [ ], f: {}}\n- [10.0.0.0/8, x,]\n',
  'a: [1, # one\n  2,\n\n# two\n  ]\nb: 1',
  '{"a": [1, "b"], "c": true,\n"d": null}',
  '{\n"a": {\n}\n}\n',
])('%j means the same both ways', (text) => {
  expect(quickValue(text)).toBeDefined()
  expect(quickValue(text)).toEqual(exactValue(text))
})

test.each([
  '',
  '# nothing',
  'a: 017',
  'a: 0x1F',
  'a: 0o17',
  'a: 1e3',
  'a: .5',
  'a: +5',
  'a: -5',
  'a: 12345678901234567890',
  'a: 1.5',
  'a: .inf',
  'a: ~',
  'a: &x 1\nb: *x',
  'a: !!str 1',
  'a: |\n  b',
  'a: >\n  b',
  'a: "\\x41"',
  "a: 'b''",
  'a: b\n  c',
  'a: "b\n  c"',
  'a: b: c',
  'a: [b: c]',
  'a: [b\n  c]',
  'a: {b, c}',
  'a: {b: }',
  'a: [1] 2',
  'a: [1]# 2',
  'a: [1,\n2]',
  'a: @b',
  'a: - b',
  'a:\tb',
  'a: 1\r\nb: 2',
  'a: 1\n b: 2',
  'a:\n  b: 1\n c: 2',
  'a:\n  - 1\n b: 2',
  '? a\n: b',
  '<<: {a: 1}',
  '__proto__: {a: 1}',
  '"__proto__": {a: 1}',
  'true: 1',
  '1: 1',
  '%YAML 1.1\n---\na: yes',
  'a: 1\na: 2',
  '{a: 1, a: 2}',
  'a: 1\n---\nb: 2',
  'a: 1\n...\n',
  'a',
  `a: ${'['.repeat(100)}`,
  `${'- '.repeat(100)}a`,
])('%j is left to the exact way', (text) => {
  expect(quickValue(text)).toBeUndefined()
})

const pieces = fc.constantFrom(
  ...Array.from('-:,{}[]#"\'\n |>?@%0x1._~ae \\/+é'),
  '  ',
  ': ',
  '- ',
  ' #',
  '\n  ',
  '\n- ',
  '<<: ',
  '""',
  '...',
  '---',
  'null',
  '🚀',
  '\\u00e9',
  '\\"',
  "''",
)
const runs = fc.readConfigureGlobal().numRuns ?? 100

/** What the quick way reads, the exact way reads too, and alike. */
function expectAlike(text: string): void {
  const quick = quickValue(text)
  if (quick) expect(exactValue(text)).toEqual(quick)
}

test('of a configuration with mistakes both ways read the same', () => {
  const sample = `${example.replaceAll(/#.*\n/g, '\n').slice(0, 700)}\n`
  const edit = fc.record({ at: fc.nat(700), remove: fc.nat(3), insert: pieces })
  fc.assert(
    fc.property(fc.array(edit, { minLength: 1, maxLength: 4 }), (edits) =>
      expectAlike(
        edits.reduce((all, { at, remove, insert }) => all.slice(0, at) + insert + all.slice(at + remove), sample),
      ),
    ),
    { numRuns: 6 * runs },
  )
}, 60_000)

test('of what looks like YAML both ways read the same', () => {
  const words = fc.constantFrom(
    'a',
    'b: ',
    'c : 1',
    '- ',
    '[a, 1]',
    '{a: 1}',
    '10.0.0.1',
    '"x"',
    "'y'",
    '# z',
    '\n',
    '\n  ',
  )
  const text = fc.array(fc.oneof({ weight: 3, arbitrary: words }, pieces), { maxLength: 12 })
  fc.assert(
    fc.property(text, (parts) => expectAlike(parts.join(''))),
    { numRuns: 20 * runs },
  )
}, 60_000)
