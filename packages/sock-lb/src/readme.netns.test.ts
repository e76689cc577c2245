import { expect } from '@jest/globals'
import { needing, needs, ownName, readmeSnippets, runSnippet, testCgroup } from '@skep/testbed'
import { mountBpffs } from 'libbpf-ts'

const root = `${import.meta.dirname}/..`
const { test } = needing(needs.root, needs.bpf)

test('the snippet of the README prints what stands behind it', async () => {
  mountBpffs()
  await using cgroup = testCgroup()
  const snippets = readmeSnippets(`${root}/README.md`)
  expect(snippets).toHaveLength(1)
  const [{ code, prints }] = snippets as [(typeof snippets)[number]]
  // Programs at the root would see the whole machine.
  const own = code
    .replace('findCgroupRoot().path', JSON.stringify(cgroup.path))
    .replace('/sys/fs/bpf/skep/readme', `/sys/fs/bpf/${ownName('sock-readme')}`)
  expect(runSnippet({ code: own }, root)).toEqual({ lines: prints, stderr: '' })
})
