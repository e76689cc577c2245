import { expect, test } from '@jest/globals'
import { explainSkips, needsOf, tryNeeds } from './skips.ts'

test('a skipped test names what it needs, as do its groups', () => {
  expect(needsOf('packets (needs root, bpf) through a veth (needs tcpdump)')).toEqual(['root', 'bpf', 'tcpdump'])
  expect(needsOf('packets that one needs')).toEqual([])
})

test('tests skipped for the same reason are one line', () => {
  const names = ['a (needs root, bpf) (needs root)', 'b (needs root)', 'c (needs root) d (needs bonding)']
  const reasons = { root: 'this process runs as user 1000', bpf: null }
  expect(explainSkips(names, reasons)).toEqual({
    lines: [
      '2 skipped for want of root',
      '1 skipped for want of root, bonding',
      '  root: this process runs as user 1000',
      '  bonding: the test found it missing',
    ],
    wrong: [],
  })
})

test('a test that could have run is wrong, and one that does not say why', () => {
  expect(explainSkips(['a (needs root)', 'b'], { root: null })).toEqual({
    lines: [],
    wrong: ['a (needs root): skipped, but this machine has root', 'b: skipped without saying what it needs'],
  })
})

test('needs are tried on this machine', () => {
  const reasons = tryNeeds(['root', 'node', 'no-such-program'])
  expect(reasons['root'] === null).toBe(process.geteuid?.() === 0)
  expect(reasons['no-such-program']).toBe('no no-such-program in PATH')
})

test('a feature brings its reason along', () => {
  const names = ['a (needs MTU of a route: Linux 5.12)', 'b (needs MTU of a route: Linux 5.12)']
  const needed = names.flatMap(needsOf)
  expect(explainSkips(names, tryNeeds(needed))).toEqual({
    lines: ['2 skipped for want of MTU of a route: Linux 5.12'],
    wrong: [],
  })
})
