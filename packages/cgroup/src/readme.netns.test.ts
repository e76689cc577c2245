import { expect } from '@jest/globals'
import { findCgroupMount, needing, needs, readmeSnippets, runSnippet } from '@skep/testbed'

const root = `${import.meta.dirname}/..`
const cgroup2 = needs.feature('cgroup2', () =>
  findCgroupMount() === undefined ? 'no cgroup v2 is mounted' : undefined,
)
const { test } = needing(needs.root, cgroup2)

test('the snippet of the README prints what stands behind it', () => {
  const snippets = readmeSnippets(`${root}/README.md`)
  expect(snippets).toHaveLength(1)
  for (const snippet of snippets) expect(runSnippet(snippet, root)).toEqual({ lines: snippet.prints, stderr: '' })
})
