import { describe, expect, test } from '@jest/globals'
import { importsOf } from './imports.ts'
import type { Project } from './project.ts'
import { violations } from './rules.ts'

const packet = project('packages/packet', '@skep/packet', 'pure')
const kernel = project('packages/netlink-ts', 'netlink-ts', 'kernel', { dependencies: ['@skep/packet'] })
const testbed = project('packages/testbed', '@skep/testbed', 'test', { dependencies: ['netlink-ts'] })

describe('layers', () => {
  test('a kernel package may import a pure one', () => {
    expect(violations([packet, kernel, testbed])).toEqual([])
  })

  test('a pure package must not depend on a kernel one, in its manifest or in its text', () => {
    const wrong = project('packages/packet', '@skep/packet', 'pure', {
      dependencies: ['netlink-ts'],
      text: "import { openNetlink } from 'netlink-ts'",
    })
    const lone = project('packages/netlink-ts', 'netlink-ts', 'kernel')
    expect(violations([wrong, lone])).toEqual([
      'packages/packet/package.json: @skep/packet (pure) must not depend on netlink-ts (kernel)',
      'packages/packet/src/a.ts:1: @skep/packet (pure) must not depend on netlink-ts (kernel)',
    ])
  })

  test('nobody imports past another package’s exports, tests included', () => {
    const deep = project('packages/netlink-ts', 'netlink-ts', 'kernel', {
      dependencies: ['@skep/packet'],
      text: "import { x } from '@skep/packet/src/ipv4.ts'",
      file: 'a.test.ts',
    })
    expect(violations([packet, deep])).toEqual([
      "packages/netlink-ts/src/a.test.ts:1: '@skep/packet/src/ipv4.ts' is not in the exports of packages/packet/package.json",
    ])
  })

  test('a relative path must stay in its package', () => {
    const escaping = project('packages/netlink-ts', 'netlink-ts', 'kernel', {
      text: "export * from '../../packet/src/a.ts'",
    })
    expect(violations([packet, escaping])).toEqual([
      "packages/netlink-ts/src/a.ts:1: '../../packet/src/a.ts' leaves packages/netlink-ts; import the package by its name",
    ])
  })

  test('the test kit is for tests', () => {
    const text = "import { topology } from '@skep/testbed'"
    const inTest = project('packages/packet', '@skep/packet', 'pure', { text, file: 'a.netns.test.ts' })
    const inSource = project('packages/packet', '@skep/packet', 'pure', { text })
    expect(violations([inTest, testbed, kernel])).toEqual([])
    expect(violations([inSource, testbed, kernel])).toEqual([
      'packages/packet/src/a.ts:1: @skep/packet (pure) must not depend on @skep/testbed (test)',
    ])
  })

  test('an undeclared dependency and a missing layer are named', () => {
    const undeclared = project('packages/packet', '@skep/packet', 'pure', { text: "import { z } from 'zod'" })
    const noLayer = project('packages/x', 'x', undefined)
    expect(violations([undeclared, noLayer])).toEqual([
      'packages/x/package.json: nx.tags needs one of layer:pure, layer:kernel, layer:domain, layer:app, layer:test',
      "packages/packet/src/a.ts:1: 'zod' is not among the dependencies of packages/packet/package.json",
    ])
  })

  test('a cycle inside a layer is shown whole', () => {
    const a = project('packages/a', 'a', 'domain', { dependencies: ['b'] })
    const b = project('packages/b', 'b', 'domain', { dependencies: ['a'] })
    expect(violations([a, b])).toEqual(['cycle: a → b → a'])
  })

  test('imports in comments do not count, those over several lines do', () => {
    const text =
      "// import 'a'\n/* import x from 'b' */\nimport {\n  c,\n} from 'c'\nconst d = await import('d')\nconst url = 'http://x'\nimport 'e'\n"
    expect(importsOf('f.ts', text).map(({ specifier, line }) => [specifier, line])).toEqual([
      ['c', 5],
      ['d', 6],
      ['e', 8],
    ])
  })
})

function project(
  root: string,
  name: string,
  layer: Project['layer'],
  { dependencies = [] as string[], text = '', file = 'a.ts' } = {},
): Project {
  const folder = {
    '@skep/packet': 'packages/packet',
    'netlink-ts': 'packages/netlink-ts',
    a: 'packages/a',
    b: 'packages/b',
  }
  const references = dependencies.map((dependency) => folder[dependency as keyof typeof folder])
  return {
    root,
    name,
    layer,
    dependencies,
    exports: ['.'],
    references,
    imports: importsOf(`${root}/src/${file}`, text),
  }
}
