import { expect, test } from '@jest/globals'
import { readmeSnippets, runSnippet } from '@skep/testbed'

const root = `${import.meta.dirname}/..`
const snippets = readmeSnippets(`${root}/README.md`)

test('the README has a snippet', () => {
  expect(snippets.length).toBe(1)
})

test.each(snippets.map((snippet, i) => [i + 1, snippet] as const))(
  'snippet %d prints what stands behind it',
  (_, snippet) => {
    expect(snippet.prints.length).toBeGreaterThan(0)
    expect(runSnippet(snippet, root)).toEqual({ lines: snippet.prints, stderr: '' })
  },
)
