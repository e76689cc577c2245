import { readFileSync } from 'node:fs'
import { TestbedError } from '../error.ts'

/** Where cgroup v2 is mounted, which need not be at /sys/fs/cgroup: beside v1 it is at /sys/fs/cgroup/unified. */
export function cgroupMount(): string {
  const mount = findCgroupMount()
  if (mount !== undefined) return mount
  throw new TestbedError('SETUP_FAILED', 'cgroup', 'no cgroup v2 is mounted; mount -t cgroup2 cgroup2 <folder>')
}

/** The same, or `undefined` where none is mounted. */
export function findCgroupMount(): string | undefined {
  const lines = readFileSync('/proc/self/mounts', 'utf8').split('\n')
  return lines.map((line) => line.split(' ')).find(([, , type]) => type === 'cgroup2')?.[1]
}
