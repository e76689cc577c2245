import { expect, test } from '@jest/globals'
import { readmeSnippets, runSnippet } from '@skep/testbed'

const root = `${import.meta.dirname}/..`
const snippets = readmeSnippets(`${root}/README.md`)

test('the README has a snippet', () => {
  expect(snippets.length).toBe(1)
})

for (const [i, snippet] of snippets.entries())
  test(`snippet ${i + 1} prints what stands behind it`, () => {
    expect(snippet.prints.length).toBeGreaterThan(0)
    expect(runSnippet(snippet, root)).toEqual({ lines: snippet.prints, stderr: '' })
  })
