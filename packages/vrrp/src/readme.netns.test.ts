import { expect, test } from '@jest/globals'
import { readmeSnippets, runSnippet } from '@skep/testbed'

const root = `${import.meta.dirname}/..`
const snippets = readmeSnippets(`${root}/README.md`)

test('the README has snippets', () => {
  expect(snippets.length).toBe(3)
})

test.each(snippets)('snippet %$ prints what stands behind it', (snippet) => {
  expect(snippet.prints.length).toBeGreaterThan(0)
  expect(runSnippet(snippet, root)).toEqual({ lines: snippet.prints, stderr: '' })
})
