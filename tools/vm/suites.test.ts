import { join } from 'node:path'
import { expect, test } from '@jest/globals'
import { type Asked, kernelsOf, type Plan, planOf } from './plan.ts'
import { asksKernel, kernelTests, matrixTests, OLD_SMOKE, smokeTests } from './suites.ts'

const aFile = (file: string): unknown => expect.objectContaining({ file })
const root = join(import.meta.dirname, '../..')

test('tests that ask something of the kernel say so', () => {
  expect(asksKernel("needing(needs.root, needs.bpf).describe('x', () => {")).toBe(true)
  expect(asksKernel("describeWith(['root'], 'x', () => {")).toBe(true)
  expect(asksKernel("describe('what is needed', () => {")).toBe(false)
  expect(asksKernel("needing(needs.binary('bash')).describe('x', () => {")).toBe(false)
  expect(asksKernel("describe('what is needed', () => {", true)).toBe(true)
  expect(asksKernel('const { test } = needing(...clusterNeeds)', true)).toBe(false)
})

test('the smoke set is a part of them', () => {
  const all = kernelTests(root)
  expect(OLD_SMOKE.filter((path) => !all.includes(path))).toEqual([])
})

test('what meets the kernel as any program does is run where it is asked for', () => {
  const daemon = 'packages/bgp/src/speaker/bird.netns.test.ts'
  const filesOf = (asked: Omit<Asked, 'smoke'>): string[] =>
    (planOf(root, { smoke: false, ...asked }, '6.1') as Plan).job.tests.map(({ file }) => file)
  expect(kernelTests(root)).toContain(daemon)
  expect(filesOf({})).not.toContain(daemon)
  expect(filesOf({})).toContain('apps/lb/src/devices/bond.netns.test.ts')
  expect(filesOf({ all: true })).toEqual(kernelTests(root))
  expect(filesOf({ tests: 'packages/bgp' })).toContain(daemon)
})

test('TESTS takes those with that in their path, and nothing else', () => {
  expect(planOf(root, { smoke: false, tests: 'few-paths' }, '6.1')).toMatchObject({
    job: { objects: [], tests: [{ file: 'packages/datapath/src/few-paths.test.ts' }] },
  })
})

test('TESTS=bond, of which the help speaks, has tests to run', () => {
  expect(planOf(root, { smoke: false, tests: 'bond' }, '6.1')).toMatchObject({
    job: { tests: expect.arrayContaining([aFile('packages/netlink-ts/src/route/bond.netns.test.ts')]) },
  })
})

test('TESTS takes several names; nothing between commas is no name', () => {
  const chosen = planOf(
    root,
    { smoke: false, tests: 'datapath/src/few-paths, sock-lb/src/few-sockets,' },
    '6.1',
  ) as Plan
  expect(chosen.job.tests.map(({ file }) => file).toSorted()).toEqual(smokeTests('newest').toSorted())
})

test('TESTS that matches nothing is told', () => {
  expect(planOf(root, { smoke: false, tests: 'no-such-test' }, '6.1')).toBe(
    'TESTS=no-such-test: no test that asks something of the kernel has this in its path',
  )
})

test('SHARD takes a part; all parts are the whole, and one has the programs', () => {
  const part = (shard: string): Plan => planOf(root, { smoke: false, shard }, '6.1') as Plan
  const parts = ['1/3', '2/3', '3/3'].map(part)
  const files = parts.flatMap(({ job }) => job.tests.map(({ file }) => file))
  expect(files.toSorted()).toEqual(matrixTests(root).toSorted())
  expect(parts.map(({ job }) => job.objects.length > 0)).toEqual([true, false, false])
  for (const wrong of ['0/3', '4/3', 'half'])
    expect(planOf(root, { smoke: false, shard: wrong }, '6.1')).toBe(
      `SHARD=${wrong}: not like 2/4, the second of four parts`,
    )
})

test('KERNEL takes versions and "newest"; without it, the matrix', () => {
  expect(kernelsOf('6.1, newest')).toEqual(['6.1', 'newest'])
  expect(kernelsOf(undefined)).toEqual(['5.10', '6.1', '6.12', 'newest'])
  expect(kernelsOf('6.1.0-50')).toBe('KERNEL=6.1.0-50: not like 6.1, and not "newest"')
})
