import { globSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, test } from '@jest/globals'

const root = join(import.meta.dirname, '../..')
const files = globSync(['{packages,apps}/*/{src,test}/**/*.ts', 'examples/**/*.ts', 'tools/jest/fixtures/**/*.ts'], {
  cwd: root,
})

/** A namespace, or a pin, named by a process number alone: a leak check could not tell whose it is. */
const unowned = /createNamespace\([`'][^)]*\$\{process\.pid\}|\/sys\/fs\/bpf\/[^'"`]*\$\{process\.pid\}/

test('namespaces and pins of tests are named by ownName(), which tells the run that made them', () => {
  const found = files.filter((file) => unowned.test(readFileSync(join(root, file), 'utf8')))
  expect(files.length).toBeGreaterThan(500)
  expect(found).toEqual([])
})
