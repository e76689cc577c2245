import { existsSync, mkdirSync, renameSync, rmSync } from 'node:fs'
import { join } from 'node:path'
import { afterEach, beforeEach, expect, test } from '@jest/globals'
import { loadLbXdp } from '@skep/datapath/lb-xdp'
import { type HeldConnections, holdConnections, needing, needs, startTraffic, traffic } from '@skep/testbed'
import { createMap, Link, MapHandle, rawMap } from 'libbpf-ts'
import { config as configOf, network, vip4 } from '../../test/network.ts'
import { sharedLab } from '../../test/shared-lab.ts'
import { SkepLb } from '../../test/skep-lb.ts'
import {
  fillTables,
  goLive,
  pinProgram,
  programMaps,
  programPin,
  readInstalled,
  readProgram,
  stagedProgram,
  StagedTables,
  stageFolder,
} from '@skep/lb-engine'
import { instancePaths, type InstancePaths } from '../instance/paths.ts'

const { describe } = needing(needs.root, needs.bpf)
const lab = sharedLab(network)

/** What has ended takes a place for a minute. */
const echo = { protocol: 'tcp', address: vip4, port: 7, perSecond: 300 } as const
const config = (times: number, more = '') =>
  configOf([1, 2, 3], {
    more: `capacity: { services: ${8 * times}, backends: ${32 * times}, connections: ${32_768 * times}, records: ${1024 * times} }${more}`,
  })

describe('tables of other sizes than those that are there', () => {
  let lb: SkepLb
  let paths: InstancePaths
  let held: HeldConnections

  beforeEach(async () => {
    lb = SkepLb.on(lab.net.lb)
    paths = instancePaths({ instance: lb.instance, bpfRoot: lb.bpfRoot, runDir: join(lb.folder, 'run') })
    await lb.start(config(1))
    held = await holdConnections(lab.net.client, { address: vip4, port: 7, connections: 100 })
  }, 30_000)
  afterEach(async () => {
    await held[Symbol.asyncDispose]()
    await lb[Symbol.asyncDispose]()
  }, 30_000)

  const sizes = () => readInstalled(paths)!.sizes

  async function holds(): Promise<void> {
    expect(await held.check()).toEqual(held.opened)
  }

  test.each(['native', 'tc'])(
    'a restart with more room, under load, in mode %s: no connection breaks, and there is more room',
    async (mode) => {
      const inMode = (times: number) => config(times, `\n  acceleration: ${mode}`)
      await lb.reload(inMode(1))
      await using load = await startTraffic(lab.net.client, { ...echo, concurrency: 8 })
      await using long = await startTraffic(lab.net.client, { ...echo, keepAlive: true, concurrency: 20 })
      const before = sizes()
      for (const times of [4, 16]) {
        await load.reached(load.progress.requests + 100)
        await lb.end('SIGKILL')
        await lb.start(inMode(times))
        await holds()
      }
      await load.reached(load.progress.requests + 100)
      expect([(await load.stop()).failures, (await long.stop()).failures]).toEqual([[], []])
      const after = sizes()
      for (const name of [
        'services4',
        'services',
        'rings',
        'members',
        'memberCounters',
        'natFlows',
        'natEntries',
        'records',
      ])
        expect([name, after[name]! > before[name]!]).toEqual([name, true])
      const { connections, services, devices } = await lb.status()
      expect(devices.map((device) => device.mode)).toEqual([mode, mode])
      expect(connections?.established).toBeGreaterThanOrEqual(100)
      expect(services).toHaveLength(3)
    },
    90_000,
  )

  test('a restart with less room keeps what is there and says so; a reload with more says how', async () => {
    const before = sizes()
    await lb.end('SIGTERM')
    lb.configure(config(1, '').replace('connections: 32768', 'connections: 40000'))
    await lb.start()
    await lb.end('SIGTERM')
    const grown = sizes()
    expect(grown['natFlows']).toBeGreaterThanOrEqual(before['natFlows']!)
    lb.configure(config(1))
    lb.spawn()
    expect(await lb.untilLogged(/less than what is loaded/)).toMatch(
      /spec\.capacity\.connections: 32768 is less .*skep-lb uninstall/,
    )
    await lb.end('SIGKILL')
    await lb.start()
    expect(sizes()).toEqual(grown)
    const told = lb.untilLogged(/spec\.capacity\.records: 8192 is more than .* restart run/)
    await lb.reload(config(8), 'refused')
    await told
    await lb.reload(config(1))
    await holds()
  }, 60_000)

  test('killed at any moment while tables grow, traffic goes on and the next start goes on from there', async () => {
    await using load = await startTraffic(lab.net.client, { ...echo, concurrency: 4 })
    let times = 1
    for (let requests = 20; requests <= 1200; requests = Math.ceil(requests * 2.2)) {
      await lb.end('SIGKILL')
      lb.configure(config((times *= 2)))
      lb.spawn()
      await load.reached(load.progress.requests + requests)
    }
    await lb.end('SIGKILL')
    await lb.start(config(times))
    await load.reached(load.progress.requests + 100)
    expect((await load.stop()).failures).toEqual([])
    await holds()
    expect(sizes()['natEntries']).toBeGreaterThanOrEqual(32_768 * times)
  }, 120_000)

  test.each([
    ['before any packet went through it: it is dropped', 'filled'],
    ['when packets go through it already: it is finished', 'live'],
    ['while it takes the places: it is finished', 'half placed'],
  ] as const)(
    'killed %s',
    async (_, state) => {
      await lb.end('SIGKILL')
      const before = sizes()
      leaveStage(paths, before, state)
      await holds()
      await using later = await holdConnections(lab.net.client, { address: vip4, port: 7, connections: 50 })
      await lb.start()
      expect(sizes()['natFlows']! / before['natFlows']!).toBe(state === 'filled' ? 1 : 2)
      await holds()
      expect(await later.check()).toEqual(later.opened)
      expect(existsSync(stageFolder(paths))).toBe(false)
    },
    60_000,
  )

  test('what an older release has pinned, with fewer counters, is adopted: counts go on', async () => {
    const packets = async () =>
      (await lb.status()).verdicts.find(({ verdict }) => verdict === 'REDIRECT_TO_BACKEND')!.packets
    await lb.end('SIGKILL')
    goBack(paths, { verdictCounters: 39 })
    expect((await traffic(lab.net.client, { ...echo, requests: 20 })).failures).toEqual([])
    const before = await packets()
    expect(before).toBeGreaterThan(0)
    await lb.start()
    expect(sizes()['verdictCounters']).toBe(64)
    await holds()
    expect(await packets()).toBeGreaterThan(before)
  }, 60_000)

  test('tables of another layout are refused with what to do; traffic goes on', async () => {
    await lb.end('SIGKILL')
    const pin = join(paths.maps, 'sources')
    rmSync(pin)
    using other = rawMap(createMap({ type: 'array', name: 'sources', valueSize: 24, maxEntries: 64 }))
    other.pin(pin)
    const { code, stderr } = await lb.command('run', '--config', lb.configFile)
    expect(code).toBe(1)
    expect(stderr).toMatch(/map "sources": .* differs in value size.*skep-lb uninstall/s)
    await holds()
  }, 60_000)
})

/** What a start leaves that is killed while it doubles the room for connections. */
function leaveStage(
  paths: InstancePaths,
  sizes: Readonly<Record<string, number>>,
  state: 'filled' | 'live' | 'half placed',
): void {
  const grown = new Set(['natFlows', 'natReplies', 'natEntries'])
  const maps = programMaps().map(({ key, name }) => {
    const larger = grown.has(key)
    const pinPath = join(larger ? stageFolder(paths) : paths.maps, name)
    return [key, { pinPath, maxEntries: sizes[key]! * (larger ? 2 : 1) }] as const
  })
  const program = readProgram(programPin(paths))!
  mkdirSync(stageFolder(paths))
  const config = { ...program, natMask: 2 * program.natMask + 1 }
  using next = loadLbXdp({ config, maps: Object.fromEntries(maps) })
  next.programs.lbXdp.pin(stagedProgram(paths))
  using tables = new StagedTables(paths)
  fillTables(tables, { key0: program.hashKey0, key1: program.hashKey1 })
  if (state !== 'filled') goLive(paths)
  if (state === 'half placed') renameSync(join(stageFolder(paths), 'nat_flows'), join(paths.maps, 'nat_flows'))
}

/** Puts the program over smaller tables of its own, as a release that had them so would have left it. */
function goBack(paths: InstancePaths, smaller: Readonly<Record<string, number>>): void {
  const maps = programMaps().map(({ key, name }) => {
    const pinPath = join(paths.maps, smaller[key] === undefined ? name : `${name}_old`)
    return [key, { pinPath, maxEntries: smaller[key] ?? entriesOf(pinPath) }] as const
  })
  using old = loadLbXdp({ config: readProgram(programPin(paths))!, maps: Object.fromEntries(maps) })
  for (const device of ['eth0', 'eth1']) {
    using link = Link.open(join(paths.links, device))
    link.update(old.programs.lbXdp)
  }
  pinProgram(paths, old)
  for (const { key, name } of programMaps())
    if (smaller[key] !== undefined) renameSync(join(paths.maps, `${name}_old`), join(paths.maps, name))
}

function entriesOf(pin: string): number {
  using handle = MapHandle.openPinned(pin)
  return handle.info.maxEntries
}
