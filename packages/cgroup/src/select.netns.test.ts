import { mkdirSync, statSync } from 'node:fs'
import { join } from 'node:path'
import { expect, test as plain } from '@jest/globals'
import { needing, needs, testCgroup } from '@skep/testbed'
import { MKE_PATTERNS, selectCgroups } from './select.ts'

const { test } = needing(needs.root)

test('cgroups are selected by names, each with its number and depth, without those below', async () => {
  await using cgroup = testCgroup()
  for (const name of [
    'docker/0a',
    'docker/0b/inner',
    'system.slice/docker-0c.scope',
    'system.slice/ssh.service',
    'kubepods/docker',
  ])
    cgroup.child(name)
  const found = selectCgroups(cgroup.path, MKE_PATTERNS)
  expect(found.map(({ name, level }) => `${name} ${level}`).toSorted()).toEqual([
    'docker/0a 2',
    'docker/0b 2',
    'system.slice/docker-0c.scope 2',
  ])
  const [first] = selectCgroups(cgroup.path, ['docker/0a'])
  expect(first?.id).toBe(statSync(join(cgroup.path, 'docker/0a'), { bigint: true }).ino)
  expect(
    selectCgroups(cgroup.path, ['**/inner', '**/docker'])
      .map(({ name }) => name)
      .toSorted(),
  ).toEqual(['docker', 'kubepods/docker'])
  expect(selectCgroups(cgroup.path, [])).toEqual([])
  mkdirSync(join(cgroup.path, 'docker/new'))
  expect(selectCgroups(cgroup.path, ['docker/n?w', 'docker/n*'])).toHaveLength(1)
})

plain.each(['', '/docker', 'a/', 'a/../b'])('%j is refused', (pattern) => {
  expect(() => selectCgroups('/', [pattern])).toThrow('is no pattern of cgroups; write names below the root')
})
