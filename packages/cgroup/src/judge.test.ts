import { expect, test } from '@jest/globals'
import { type Facts, isWithin, judge } from './judge.ts'

test.each([
  // The host's first process, seen from a private namespace two below the root.
  ['/../../init.scope', '/', false],
  ['/../../init.scope', '/../..', true],
  ['/../../init.scope', '/..', false],
  ['/../../init.scope', '/../../init.scope', true],
  ['/a/b', '/a', true],
  ['/ab', '/a', false],
  ['/a', '/../x', false],
  ['/', '/', true],
])('%s within %s: %s', (inner, outer, within) => {
  expect(isWithin(inner, outer)).toBe(within)
})

const facts: Facts = { path: '/cg', isCgroup2: true, hasType: false, name: '/', initName: '/init.scope' }

test.each<[string, Partial<Facts>, boolean, boolean, RegExp]>([
  ['the root of the hierarchy', {}, false, true, /root of the hierarchy/],
  ['a folder', { isCgroup2: false }, false, false, /no cgroup v2; mount -t cgroup2 cgroup2 \/cg/],
  [
    'a private root',
    { hasType: true },
    false,
    false,
    /private cgroup namespace \(\/\).*mount the host’s \/sys\/fs\/cgroup/,
  ],
  [
    'a cgroup that is nobody’s mount',
    { hasType: true, name: undefined },
    false,
    false,
    /below the hierarchy’s root, not/,
  ],
  ['a container’s root, nested', { hasType: true }, true, true, /container’s root/],
  [
    'a pod’s root, nested',
    { hasType: true, initName: '/../init.scope' },
    true,
    false,
    /outside, in \/\.\.\/init\.scope/,
  ],
  ['nested, with nobody to compare', { hasType: true, initName: undefined }, true, false, /cannot be read/],
])('%s', (_, some, nested, good, reason) => {
  const verdict = judge({ ...facts, ...some }, nested)
  expect(verdict.good).toBe(good)
  expect(verdict.reason).toMatch(reason)
})
