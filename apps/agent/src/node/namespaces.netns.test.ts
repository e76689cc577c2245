import { expect, test as plain } from '@jest/globals'
import { namespacePrefix, needing, needs } from '@skep/testbed'
import { createNamespace, currentNamespace } from 'netlink-ts'
import { usedNamespaces } from './namespaces.ts'

const { test } = needing(needs.root)

test('namespaces of processes, each once, and those that have only a name', async () => {
  using stack = new DisposableStack()
  await using named = createNamespace(`${namespacePrefix('used')}-pod`)
  stack.defer(() => named.delete())
  using own = currentNamespace()
  const inodes = [...usedNamespaces()].map(({ inode }) => inode)
  expect(new Set(inodes).size).toBe(inodes.length)
  expect(inodes).toEqual(expect.arrayContaining([own.inode, named.inode]))
})

plain('each is closed before the next', () => {
  const [first] = usedNamespaces()
  expect(() => first?.cookie).toThrow()
})
