import { expect, test } from '@jest/globals'
import * as fc from 'fast-check'
import { ConfigError, parseDocument, parseDocuments } from './index.ts'

function problemsOf(read: () => unknown): string[] {
  try {
    read()
  } catch (error) {
    if (error instanceof ConfigError) return error.message.split('\n')
    throw error
  }
  return []
}

test('what is wrong is told where it stands, in the order of the text', () => {
  const document = parseDocument('a.yaml', 'spec:\n  port: "80"\n  name: x\n')
  const { message, problems } = document.refusal([
    { path: ['spec', 'name'], message: 'is not known', atKey: true },
    { path: ['spec', 'port', 'deeper'], message: 'is wrong' },
    { path: [], message: 'is incomplete' },
  ])
  expect(message.split('\n')).toEqual([
    'a.yaml:1:1: is incomplete',
    'a.yaml:2:9: spec.port.deeper: is wrong',
    'a.yaml:3:3: spec.name: is not known',
  ])
  expect(problems[1]).toEqual({ file: 'a.yaml', line: 2, column: 9, path: 'spec.port.deeper', message: 'is wrong' })
})

test('a text inside another document is told by its place in the file', () => {
  const document = parseDocument({ file: 'map.yaml', lines: 4, indent: 2 }, 'peers:\n- a\n- b\n')
  expect(document.lineOf(['peers', 1])).toBe(2)
  expect(document.refusal([{ path: ['peers', 1], message: 'is bad' }]).message).toBe('map.yaml:7:5: peers[1]: is bad')
})

test.each([
  ['', 'a.yaml:1:1: the file is empty; start with apiVersion: skep.dev/v1'],
  ['a: 1\n---\nb: 2\n', 'a.yaml:2:1: a second document begins here; a configuration is one document'],
  ['a: *none\n', /^a\.yaml:1:4: Unresolved alias/],
  ['a: [1\n', /^a\.yaml:\d+:\d+: /],
])('%j is no document', (text, wanted) => {
  const [first] = problemsOf(() => parseDocument('a.yaml', text))
  if (typeof wanted === 'string') expect(first).toBe(wanted)
  else expect(first).toMatch(wanted)
})

test('many documents: each is told by its place in the file, those that are empty are left out', () => {
  const documents = parseDocuments('a.yaml', '---\nkind: A\n---\n# nothing\n---\nkind: B\nport: x\n')
  expect(documents.map(({ value }) => value)).toEqual([{ kind: 'A' }, { kind: 'B', port: 'x' }])
  expect(documents[1]!.refusal([{ path: ['port'], message: 'is wrong' }]).message).toBe('a.yaml:7:7: port: is wrong')
  expect(parseDocuments('a.yaml', '')).toEqual([])
  expect(problemsOf(() => parseDocuments('a.yaml', 'a: 1\n---\nb: [1\n---\nc: *x\n'))[0]).toMatch(/^a\.yaml:[34]:\d+: /)
})

test('any text is a document or is refused, and any path has a place', () => {
  const path = fc.array(fc.oneof(fc.string(), fc.nat(9)), { maxLength: 4 })
  fc.assert(
    fc.property(fc.string({ unit: fc.constantFrom(...'a:-[]{}& *1\n"#'.split('')) }), path, (text, where) => {
      const problems = problemsOf(() => {
        throw parseDocument('a.yaml', text).refusal([{ path: where, message: 'x' }])
      })
      expect(problems[0]).toMatch(/^a\.yaml:[1-9]\d*:[1-9]\d*: /)
    }),
  )
})
