import { lstatSync, readdirSync } from 'node:fs'
import { join } from 'node:path'
import { expect } from '@jest/globals'
import { needing, needs } from '@skep/testbed'
import { config, network } from '../test/network.ts'
import { SkepLb } from '../test/skep-lb.ts'

const { test } = needing(needs.root, needs.bpf)

/** Everything below a folder, itself included, with its mode. */
function modes(path: string): [string, number][] {
  const found = lstatSync(path)
  const below = found.isDirectory() ? readdirSync(path).flatMap((name) => modes(join(path, name))) : []
  return [[path, found.mode & 0o777], ...below]
}

test('pins, files and sockets are for root alone', async () => {
  await using world = await network()
  await using lb = SkepLb.on(world.net.lb)
  const check = '\n      healthCheck: { tcp: {} }'
  await lb.start(config([1]).replace('- name: web', `- name: web${check}`))
  const run = join(lb.folder, 'run', lb.instance)
  const all = [...modes(lb.pins), ...modes(run)]
  expect(all.map(([path]) => path)).toEqual(
    expect.arrayContaining([join(lb.pins, 'maps/services'), join(lb.pins, 'links/eth0'), join(run, 'health.sock')]),
  )
  expect(all.filter(([, mode]) => (mode & 0o077) !== 0)).toEqual([])
}, 60_000)
