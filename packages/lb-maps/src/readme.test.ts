import { expect, test } from '@jest/globals'
import { needing, needs, readmeSnippets, type ReadmeSnippet, runSnippet } from '@skep/testbed'

const root = `${import.meta.dirname}/..`
const snippets = readmeSnippets(`${root}/README.md`)
const needsKernel = ({ code }: ReadmeSnippet): boolean => code.includes('loadLbXdp')

/** What a snippet prints must be what it says beside each console.log. */
function check(snippet: ReadmeSnippet): void {
  expect(snippet.prints.length).toBeGreaterThan(0)
  expect(runSnippet(snippet, root)).toEqual({ lines: snippet.prints, stderr: '' })
}

test('the README has snippets, with and without a kernel', () => {
  expect(snippets.map(needsKernel)).toEqual([false, false, false, true, false])
})

test.each(snippets.filter((snippet) => !needsKernel(snippet)))('README: %#', check)

needing(needs.root, needs.bpf).describe('README, on the kernel’s maps', () => {
  test.each(snippets.filter(needsKernel))('%#', check)
})
