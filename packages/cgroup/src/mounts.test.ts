import { expect, test } from '@jest/globals'
import { modeOf, parseMounts } from './mounts.ts'

const mixed = `31 23 0:28 / /sys/fs/cgroup rw,relatime - tmpfs tmpfs rw,mode=755
32 31 0:29 / /sys/fs/cgroup/cpu rw,relatime shared:9 - cgroup cgroup rw,cpu,cpuacct
41 31 0:38 /../.. /sys/fs/cgroup/unified rw,relatime - cgroup2 cgroup2 rw,nsdelegate
42 31 0:38 / /mnt/with\\040space rw - cgroup2 none rw
`

test('v2 beside v1', () => {
  const mounts = parseMounts(mixed)
  expect(mounts).toEqual([
    { version: 1, point: '/sys/fs/cgroup/cpu', root: '/', controllers: ['cpu', 'cpuacct'] },
    { version: 2, point: '/sys/fs/cgroup/unified', root: '/../..', controllers: [] },
    { version: 2, point: '/mnt/with space', root: '/', controllers: [] },
  ])
  expect(modeOf(mounts)).toBe('mixed')
  expect(modeOf(mounts.filter(({ version }) => version === 2))).toBe('v2')
  expect(modeOf(mounts.filter(({ version }) => version === 1))).toBe('v1')
  expect(modeOf([])).toBe('none')
})

test('what is mounted over does not count', () => {
  expect(
    parseMounts(`${mixed}50 41 0:50 / /sys/fs/cgroup/unified rw - tmpfs tmpfs rw\n`).map(({ point }) => point),
  ).toEqual(['/sys/fs/cgroup/cpu', '/mnt/with space'])
})
