import { existsSync } from 'node:fs'
import { expect } from '@jest/globals'
import { type Host, needing, needs } from '@skep/testbed'
import { config, network } from '../test/network.ts'
import { SkepLb } from '../test/skep-lb.ts'

const { test } = needing(needs.root, needs.bpf)

async function settings(host: Host): Promise<string> {
  const { stdout } = await host.attempt('sysctl', ['-a', '--pattern', '^net.ipv[46].(conf|ip_local)'])
  return stdout
}

test('uninstall leaves nothing: no pin, link, neighbour, file or changed setting', async () => {
  await using lab = await network()
  const host = lab.net.lb
  for (const device of ['eth0', 'eth1']) await host.exec('sysctl', '-w', `net.ipv4.conf.${device}.rp_filter=1`)
  await host.exec('sysctl', '-w', 'net.ipv4.ip_local_reserved_ports=8080,20000-20010')
  const before = await settings(host)
  await using lb = SkepLb.on(host)
  await lb.start(config([1, 2, 3]))
  expect(await settings(host)).not.toBe(before)
  expect([...host.netlink.neighbor.list()].filter(({ flags }) => flags.includes('extern_learn'))).toHaveLength(6)
  await lb.end('SIGKILL')
  const { stdout } = await lb.command('uninstall')
  expect(stdout.split('\n')).toEqual(
    expect.arrayContaining([
      'eth0: program taken off',
      'eth1: program taken off',
      `${lb.pins}: tables removed`,
      'uninstalled',
    ]),
  )
  expect(stdout).toContain('net.ipv4.conf.eth0.rp_filter: 0 → 1')
  expect(await settings(host)).toBe(before)
  expect([...host.netlink.neighbor.list()].filter(({ flags }) => flags.includes('extern_learn'))).toEqual([])
  expect(['eth0', 'eth1'].map((name) => host.device(name).xdp)).toEqual([undefined, undefined])
  expect([lb.bpfRoot, `${lb.folder}/run`].map((folder) => existsSync(folder))).toEqual([false, false])
  expect((await lb.command('uninstall')).stdout).toBe('nothing of instance default was installed\n')
}, 60_000)
