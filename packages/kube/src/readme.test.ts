import { expect, test } from '@jest/globals'
import { readmeSnippets, runSnippet } from '@skep/testbed'

const root = `${import.meta.dirname}/..`
const snippets = readmeSnippets(`${root}/README.md`)

test('the snippet of the README prints what stands behind it', () => {
  expect(snippets).toHaveLength(1)
  const [snippet] = snippets
  expect(snippet!.prints).toHaveLength(1)
  expect(runSnippet(snippet!, root)).toEqual({ lines: snippet!.prints, stderr: '' })
})
