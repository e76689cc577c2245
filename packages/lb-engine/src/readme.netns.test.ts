import { expect } from '@jest/globals'
import { needing, needs, readmeSnippets, runSnippet } from '@skep/testbed'

const root = `${import.meta.dirname}/..`

needing(needs.root, needs.bpf).test(
  'the README’s example prints what it says',
  () => {
    const snippets = readmeSnippets(`${root}/README.md`)
    expect(snippets).toHaveLength(1)
    for (const snippet of snippets) expect(runSnippet(snippet, root)).toEqual({ lines: snippet.prints, stderr: '' })
  },
  120_000,
)
