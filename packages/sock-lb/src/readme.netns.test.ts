import { expect } from '@jest/globals'
import { needing, needs, ownName, readmeSnippets, runSnippet, testCgroup } from '@skep/testbed'
import { mountBpffs } from 'libbpf-ts'
import { currentNamespace, NetlinkError } from 'netlink-ts'

const root = `${import.meta.dirname}/..`
const cookies = needs.feature('cookies of namespaces', () => {
  using here = currentNamespace()
  try {
    return here.cookie === 0n ? 'none' : undefined
  } catch (error) {
    if (error instanceof NetlinkError && error.code === 'NOT_SUPPORTED') return 'Linux 5.14'
    throw error
  }
})
const { test } = needing(needs.root, needs.bpf, cookies)

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
