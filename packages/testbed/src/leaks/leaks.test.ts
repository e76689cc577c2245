import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { closeSync, openSync } from 'node:fs'
import { expect, test } from '@jest/globals'
import { ownName } from '../own-name.ts'
import type { Inventory } from './inventory.ts'
import { leaksBetween, takeInventory } from './inventory.ts'
import { describeLeaks, leaksSince, noLeaks } from './leaks.ts'

test('what comes is a leak, what goes or stays is none', () => {
  const empty: Inventory = {
    descriptor: new Map(),
    mapping: new Map(),
    namespace: new Map(),
    pin: new Map(),
    process: new Map(),
    runs: new Set(),
  }
  const before = {
    ...empty,
    descriptor: new Map([
      ['3', 'fd 3'],
      ['4', 'fd 4'],
    ]),
  }
  const after = {
    ...empty,
    descriptor: new Map([
      ['4', 'fd 4'],
      ['5', 'fd 5'],
    ]),
    process: new Map([['9', 'process 9: sleep']]),
  }
  expect(leaksBetween(before, before)).toEqual([])
  expect(leaksBetween(before, after)).toEqual([
    { kind: 'descriptor', what: 'fd 5' },
    { kind: 'process', what: 'process 9: sleep' },
  ])
})

test('what another test run made is no leak of ours, also when that run was killed and left it', () => {
  const now = takeInventory()
  const alone = { ...now, runs: new Set<number>() }
  const left = (name: string) => new Map([...now.namespace, [name, `network namespace ${name}`]])
  const ours = ownName('skep')
  expect(leaksBetween(alone, { ...alone, namespace: left('skep-77-run1w1-ab1-client') })).toEqual([])
  expect(leaksBetween({ ...alone, runs: new Set([1]) }, { ...alone, namespace: left('blue') })).toEqual([])
  expect(leaksBetween(alone, { ...alone, namespace: left('blue') })).toHaveLength(1)
  expect(leaksBetween({ ...alone, runs: new Set([1]) }, { ...alone, namespace: left(ours) })).toEqual([
    { kind: 'namespace', what: `network namespace ${ours}` },
  ])
})

test('what closes a little later is no leak', async () => {
  const before = takeInventory()
  const child = spawn('cat', { stdio: ['pipe', 'ignore', 'ignore'] })
  await once(child, 'spawn')
  setTimeout(() => child.stdin.end(), 50)
  expect(await leaksSince(before)).toEqual([])
})

test('leaving the scope of noLeaks() throws what was left behind', async () => {
  const { promise, resolve } = Promise.withResolvers<number>()
  const scope = async (): Promise<void> => {
    await using _ = noLeaks(50)
    resolve(openSync('/etc/hostname', 'r'))
  }
  await expect(scope()).rejects.toThrow(/leak check: 1 left behind; .*\n {2}fd \d+: \/etc\/hostname/)
  closeSync(await promise)
})

test('a description has a line for each', () => {
  expect(describeLeaks([{ what: 'fd 5' }, { what: 'pin /sys/fs/bpf/x' }]).split('\n')).toEqual([
    expect.stringMatching(/^2 left behind/),
    '  fd 5',
    '  pin /sys/fs/bpf/x',
  ])
})
