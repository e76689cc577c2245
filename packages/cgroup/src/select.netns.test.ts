import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdirSync, rmdirSync, statSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { expect, test as plain } from '@jest/globals'
import { needing, needs, testCgroup, untilLine } from '@skep/testbed'
import { depthOf } from './depth.ts'
import { MKE_PATTERNS, selectCgroups } from './select.ts'
import { findCgroup1, processesOf } from './v1.ts'

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
    'docker/0a 3',
    'docker/0b 3',
    'system.slice/docker-0c.scope 3',
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

test('the depth is that below the root of the hierarchy', async () => {
  await using cgroup = testCgroup()
  expect(depthOf(dirname(cgroup.path))).toBe(0)
  expect(depthOf(cgroup.child('a/b'))).toBe(3)
  expect(depthOf('/')).toBe(0)
})

const cgroup1 = needs.feature('cgroup1', () => (findCgroup1() === undefined ? 'no cgroup v1 is mounted' : undefined))

needing(needs.root, cgroup1).test('processes in containers that cgroups v1 alone tell apart', async () => {
  const top = join(findCgroup1()!, `skep-test-${process.pid}`)
  const [container, pod] = [join(top, 'docker/0a/inner'), join(top, 'kubepods/docker/0b')]
  for (const folder of [container, pod]) mkdirSync(folder, { recursive: true })
  const children = [container, pod].map((folder) =>
    spawn('sh', ['-c', 'echo 0 > "$0/cgroup.procs"; echo in; exec sleep 1000', folder], {
      stdio: ['ignore', 'pipe', 'inherit'],
    }),
  )
  try {
    for (const { stdout } of children) await untilLine(stdout, /in/)
    expect(processesOf(top, MKE_PATTERNS)).toEqual([children[0]!.pid])
    expect(() => processesOf('/tmp', MKE_PATTERNS)).toThrow('/tmp is no cgroup v1; name the mount')
    expect(() => processesOf('/nowhere', MKE_PATTERNS)).toThrow('/nowhere cannot be read')
  } finally {
    for (const child of children) {
      child.kill('SIGKILL')
      await once(child, 'exit')
    }
    for (const name of [
      'docker/0a/inner',
      'docker/0a',
      'docker',
      'kubepods/docker/0b',
      'kubepods/docker',
      'kubepods',
      '',
    ])
      rmdirSync(join(top, name))
  }
})

plain.each(['', '/docker', 'a/', 'a/../b'])('%j is refused', (pattern) => {
  expect(() => selectCgroups('/', [pattern])).toThrow('is no pattern of cgroups; write names below the root')
})
