import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { existsSync, renameSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { afterAll, afterEach, beforeAll, beforeEach, expect, test } from '@jest/globals'
import { sockSettingsCodec } from '@skep/datapath/sock-lb'
import { needing, needs, untilLine } from '@skep/testbed'
import { createMap, openObject, rawMap } from 'libbpf-ts'
import { choosesErrors } from '../../test/errors.ts'
import { desired, frontend, Lab } from '../../test/lab.ts'
import { OpenSockets } from '../../test/sockets.ts'
import { type Folders, foldersIn } from '../folders.ts'
import { load, placeMap } from '../load.ts'
import { isEmpty } from '../plan.ts'
import { programNames } from '../programs.ts'
import { type SocketLb, uninstallSocketLb } from '../sock-lb.ts'
import type { Capacities } from '../state.ts'
import { attachReaders, pinPrograms, type Programs, putIn, readerNames, stageOf, writerNames } from './stage.ts'
import { fill, upgrade } from './upgrade.ts'

const control = fileURLToPath(new URL('../../test/control-main.ts', import.meta.url))
const before = fileURLToPath(new URL('../../../datapath/test-objects/sock_lb_before.bpf.o', import.meta.url))
const wanted = ['10.96.0.1', 'fd00:96::1'].flatMap((address) => [
  frontend({ address }),
  frontend({ address, protocol: 'UDP' }),
])

needing(needs.root, needs.bpf).describe('tables of another size or layout than those that are there', () => {
  let lab: Lab
  let lb: SocketLb | undefined
  let sockets: OpenSockets
  let folders: Folders
  beforeAll(async () => {
    lab = await Lab.make()
    folders = foldersIn(lab.pins)
  })
  afterAll(() => lab[Symbol.asyncDispose]())
  beforeEach(async () => {
    lb = lab.open()
    lb.reconcile(desired(wanted))
    sockets = new OpenSockets(lab.pod)
    await sockets.add()
  })
  afterEach(() => {
    close()
    uninstallSocketLb(lab.pins)
    expect(existsSync(lab.pins)).toBe(false)
  })

  const times = (factor: number): Capacities =>
    Object.fromEntries(
      Object.entries(lab.options.capacities!).map(([name, size]) => [name, size * factor]),
    ) as unknown as Capacities

  /** The ring of connections is large enough, and would take a gigabyte. */
  const grown = (factor: number): Capacities => ({
    ...times(factor),
    connections: 2 * lab.options.capacities!.connections!,
  })

  function close(): void {
    lb?.[Symbol.dispose]()
    lb = undefined
  }

  /** Sockets that are open go on, and so do new ones; nothing of what there was is missing. */
  async function goesOn(): Promise<void> {
    await sockets.check()
    await sockets.add()
    await sockets.check()
  }

  test('more room: it grows with what is in it, and sockets keep backend and name', async () => {
    const counted = lb!.verdicts().CONNECT_TO_BACKEND
    close()
    lb = lab.open({ capacities: times(4) })
    expect(lb.capacities).toEqual(times(4))
    expect(lb.madeAnew).toContain('sock_peers: max entries: declared 1024, found 256')
    expect(lb.verdicts().CONNECT_TO_BACKEND).toBe(counted)
    expect(isEmpty(lb.plan(desired(wanted)))).toBe(true)
    await goesOn()
    close()
    lb = lab.open()
    expect(lb.capacities).toEqual(times(4))
    expect(lb.madeAnew).toEqual([])
    await goesOn()
  })

  test('another layout, there and back: every field goes where its name is', async () => {
    close()
    goBack()
    await goesOn()
    lb = lab.open()
    expect(lb.madeAnew.map((line) => line.split(':')[0]).toSorted()).toEqual([
      'sock_affinities',
      'sock_backends',
      'sock_peers',
      'sock_services',
    ])
    expect(isEmpty(lb.plan(desired(wanted)))).toBe(true)
    await goesOn()
    const only = wanted.map((one) => ({ ...one, members: one.members.slice(0, 1) }))
    const { gone } = lb.reconcile(desired(only))
    expect(gone.backends).toHaveLength(2)
    const ended = lb.endSockets({ namespaces: [lab.net.pod.namespace] })
    expect(ended).toBeGreaterThan(0)
  })

  /** What a start leaves that is killed at some point while it makes room. */
  const states = [
    'filled',
    'names shown twice',
    'one program in',
    'all that write in',
    'all in',
    'half placed',
  ] as const

  test.each(states)('killed when %s, sockets go on, and the next start ends it', async (state) => {
    close()
    leaveStage(state)
    await goesOn()
    lb = lab.open()
    const isDone = !['filled', 'names shown twice'].includes(state)
    expect(lb.capacities.peers).toBe(256 * (isDone ? 2 : 1))
    expect(existsSync(folders.next)).toBe(false)
    expect(isEmpty(lb.plan(desired(wanted)))).toBe(true)
    await goesOn()
  })

  test('killed at any moment while tables grow: no socket loses its backend or its name', async () => {
    close()
    // One for all: tables that do not come to grow have room for some only.
    const { socket = 0 } = await lab.pod.udp('10.96.0.1', 80)
    let factor = 1
    for (let rounds = 0; rounds < 9; rounds++) {
      const told = {
        options: { ...lab.options, capacities: grown((factor *= 2)), hostNetns: String(lab.options.hostNetns) },
        frontends: wanted,
      }
      const child = spawn(process.execPath, ['--conditions=@skep/source', control, JSON.stringify(told)], {
        stdio: ['ignore', 'pipe', 'inherit'],
      })
      const gone = once(child, 'exit')
      const seen = untilLine(child.stdout, /^opens/)
      await seen
      for (let i = 0; i < 2 * rounds * rounds; i++) await lab.pod.udp('10.96.0.1', 80, { socket })
      child.kill('SIGKILL')
      await gone
      await sockets.check()
    }
    lb = lab.open({ capacities: grown(factor) })
    expect(lb.capacities).toEqual(grown(factor))
    await goesOn()
  }, 60_000)

  test('what cannot become what is needed is refused, before anything changes', async () => {
    close()
    const pin = join(folders.maps, 'sock_backends')
    renameSync(pin, `${pin}_kept`)
    {
      using other = rawMap(createMap({ type: 'hash', name: 'sock_backends', valueSize: 12, maxEntries: 64 }))
      other.pin(pin)
    }
    expect(() => lab.open()).toThrow(/map sock_backends: its value was 12 bytes of unknown types.*uninstall/)
    expect(existsSync(folders.next)).toBe(false)
    await goesOn()
    renameSync(`${pin}_kept`, pin)
    lb = lab.open()
    await goesOn()
  })

  /** Puts a release in the place of ours that has other layouts. */
  function goBack(): void {
    using object = openObject(before)
    for (const map of object.maps.values()) placeMap(map, folders)
    const settings = new Uint8Array(sockSettingsCodec.size)
    const mask = (name: string): number => object.maps.get(name)!.maxEntries - 1
    const values = {
      hostNetns: lab.options.hostNetns,
      hostOnly: 0,
      protectBind: 1,
      saysWhy: Number(choosesErrors),
      connectionsMask: mask('sock_connections'),
    }
    object.setVariable('frontends4_mask', new Uint8Array(Uint32Array.of(mask('sock_frontends4')).buffer))
    sockSettingsCodec.write(new DataView(settings.buffer), 0, values)
    object.setVariable('config', settings)
    using loaded = object.load()
    const kernelName = (name: string) =>
      name.replaceAll(/[A-Z]|\d/g, (letter) => (/\d/.test(letter) ? letter : `_${letter.toLowerCase()}`))
    const programs = Object.fromEntries(programNames.map((name) => [name, loaded.program(kernelName(name))]))
    upgrade(folders, lab.cgroup, programs as Programs)
  }

  function leaveStage(state: (typeof states)[number]): void {
    const { datapath } = load({ ...lab.options, folders, capacities: times(2) })
    using _ = datapath
    fill(folders)
    pinPrograms(folders, datapath.programs)
    const steps = [
      () => attachReaders(folders, lab.cgroup),
      () => putIn(folders, ['sockConnect4']),
      () => putIn(folders, writerNames),
      () => putIn(folders, readerNames),
      () => renameSync(join(stageOf(folders).maps, 'sock_peers'), join(folders.maps, 'sock_peers')),
    ]
    for (const step of steps.slice(0, states.indexOf(state))) step()
  }
})
