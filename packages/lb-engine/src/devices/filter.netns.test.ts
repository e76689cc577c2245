import { mkdirSync, mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect } from '@jest/globals'
import { type Host, needing, needs, ownName, topology } from '@skep/testbed'
import { loadLbTc } from '@skep/datapath/lb-tc'
import { loadLbXdp } from '@skep/datapath/lb-xdp'
import { instancePaths, type InstancePaths } from '../instance/paths.ts'
import { attachTraffic } from './attach.ts'
import { openAttached } from './attached.ts'
import { applyDeviceStep, hasLiveLinks, pinnedLinks, tcDevices } from './links.ts'

const { test } = needing(needs.root, needs.bpf)

test('kernels without TCX: a filter is adopted, gets another program in place, follows its device, and goes', async () => {
  await using net = await topology({ one: '10.0.0.1/24', two: '10.0.0.2/24' })
  const runDir = mkdtempSync(join(tmpdir(), 'skep-lb-filter-'))
  const paths = instancePaths({ instance: 'old', bpfRoot: `/sys/fs/bpf/${ownName('skep-test-filter')}`, runDir })
  for (const folder of [paths.links, paths.programs]) mkdirSync(folder, { recursive: true })
  try {
    using first = loadLbTc()
    using second = loadLbTc()
    using xdp = loadLbXdp()
    const programs = { xdp: xdp.programs.lbXdp, tc: () => second.programs.lbTc }
    const { one } = net
    const device = { name: 'eth0', index: one.device().index }
    const [was, is] = [first, second].map(({ programs: { lbTc } }) => lbTc.info().id)

    expect(one.run(() => attachTraffic(paths, device, first.programs.lbTc, { ways: ['clsact'] }))).toBe('clsact')
    expect(attached(one, paths)).toEqual([{ device: 'eth0', index: device.index, mode: 'tc', programId: was }])
    expect([one.run(() => hasLiveLinks(paths)), tcDevices(paths)]).toEqual([true, ['eth0']])

    one.run(() => applyDeviceStep({ do: 'update', device, mode: 'tc' }, paths, programs))
    expect(attached(one, paths)).toMatchObject([{ device: 'eth0', programId: is }])
    expect(one.run(() => stale(paths, first.programs.lbTc))).toThrow('another program is there by now')

    one.netlink.link.set({ name: 'eth0', up: false })
    one.netlink.link.set({ name: 'eth0', newName: 'lan.7' })
    one.run(() =>
      applyDeviceStep({ do: 'rename', device: { ...device, name: 'lan.7' }, from: 'eth0' }, paths, programs),
    )
    expect(attached(one, paths)).toMatchObject([{ device: 'lan.7', index: device.index, programId: is }])

    one.run(() =>
      applyDeviceStep({ do: 'detach', device: 'lan.7', index: device.index, reason: 'not wanted' }, paths, programs),
    )
    expect(attached(one, paths)).toEqual([])
    expect(await one.exec('tc', 'filter', 'show', 'dev', 'lan.7', 'ingress')).not.toContain('lb_tc')
  } finally {
    for (const folder of [paths.bpfRoot, runDir]) rmSync(folder, { recursive: true, force: true })
  }
})

function attached(host: Host, paths: InstancePaths): object[] {
  return host.run(() => pinnedLinks(paths, host.netlink))
}

/** Puts a program in where another one is expected than is there. */
function stale(paths: InstancePaths, program: Parameters<ReturnType<typeof openAttached>[0]['update']>[0]) {
  const [filter] = openAttached(paths)
  return () => {
    using held = filter!
    held.update(program, { expected: program })
  }
}
