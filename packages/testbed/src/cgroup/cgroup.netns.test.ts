import { existsSync, readFileSync } from 'node:fs'
import { once } from 'node:events'
import { expect, test } from '@jest/globals'
import { needing, needs } from '../needs/needs.ts'
import { untilLine } from '../process/until-line.ts'
import { topology } from '../topology/topology.ts'
import { testCgroup } from './cgroup.ts'
import { findCgroupMount } from './mount.ts'

const cgroup2 = needs.feature('cgroup2', () => (findCgroupMount() ? undefined : 'no cgroup v2 is mounted'))

needing(needs.root, needs.bpf, cgroup2).describe('cgroups', () => {
  test('a host’s commands start in its cgroup, and all is gone with the topology', async () => {
    let path = ''
    {
      await using net = await topology({ hosts: { node: { cgroup: 'node' }, pod: { cgroup: 'node/pod' }, other: {} } })
      path = net.node.cgroupPath!
      expect(await net.pod.exec('grep', '^0::', '/proc/self/cgroup')).toMatch(/^0::\/skep-[\w-]+\/node\/pod\n$/)
      const child = net.node.spawn('sh', ['-c', 'cat /proc/self/cgroup; echo here; exec sleep 1000'])
      await untilLine(child.stdout, /here/)
      expect(readFileSync(`${path}/cgroup.procs`, 'utf8')).toContain(String(child.pid))
      expect(net.other.cgroupPath).toBeUndefined()
    }
    expect(existsSync(path)).toBe(false)
  })

  test('what runs in a cgroup ends with it', async () => {
    const cgroup = testCgroup()
    await using net = await topology({ hosts: { a: {} } })
    const child = net.a.spawn('sh', [
      '-c',
      `echo 0 > ${cgroup.child('deep/er')}/cgroup.procs; echo in; exec sleep 1000`,
    ])
    await untilLine(child.stdout, /in/)
    const ended = once(child, 'exit')
    await cgroup[Symbol.asyncDispose]()
    expect(await ended).toEqual([null, 'SIGKILL'])
    expect(existsSync(cgroup.path)).toBe(false)
  })
})
