import { existsSync, writeFileSync } from 'node:fs'
import { afterEach, beforeEach, describe, expect, test } from '@jest/globals'
import type { NetworkNamespace } from 'netlink-ts'
import { addAddresses, type Lab, lab, macs } from '../../test/lab.ts'
import { countHops } from '../hop/count.ts'
import type { NextHop } from '../hop/types.ts'
import { KEEPER_PROTOCOL } from '../kept/mark.ts'
import type { KeeperNotes, NotedHop } from '../kept/notes.ts'
import type { HopState } from '../state/types.ts'
import { NeighborKeeper } from './keeper.ts'

let net: Lab
beforeEach(() => {
  net = lab(set)
})
afterEach(() => net[Symbol.dispose]())

function set(ns: NetworkNamespace, key: string, value: number): void {
  const path = `/proc/sys/${key}`
  // Newer kernels have more of them.
  ns.run(() => existsSync(path) && writeFileSync(path, `${value}`))
}

const hop = (address: string): NextHop => ({ index: net.index, address })
const entry = (address: string) => net.here.neighbor.get(hop(address))
const addresses = () => [...net.here.neighbor.list({ index: net.index })].map(({ address }) => address)

/** Tells the keeper of all that happens, and of the time, until its next hops are so. */
async function until(
  keeper: NeighborKeeper,
  wanted: readonly NextHop[],
  isSo: (states: readonly HopState[]) => boolean,
) {
  await using monitor = net.here.monitor(['neighbor', 'link', 'address'])
  const ticking = setInterval(() => keeper.tick(), 200)
  try {
    for await (const event of monitor) {
      keeper.note(event)
      if (keeper.isDue) keeper.want(wanted)
      if (isSo(keeper.states())) return
    }
  } finally {
    clearInterval(ticking)
  }
  throw new Error('the monitor ended')
}

/** Notes in memory, of an agent that was here before. */
function notesOf(
  noted: readonly NotedHop[],
  others: readonly NextHop[] = [],
): KeeperNotes & { last: readonly NotedHop[] } {
  return {
    last: noted,
    read() {
      return this.last
    },
    write(now) {
      this.last = now
    },
    others: () => others,
  }
}

const both = (): NextHop[] => [hop('10.0.0.2'), hop('2001:db8::2')]
const allAre = (isSo: (state: HopState) => boolean) => (states: readonly HopState[]) => states.every(isSo)

describe.each(['auto', 'use'] as const)('mode %s, IPv4 and IPv6', (mode) => {
  test('next hops are resolved, and another MAC address that nobody tells of is found', async () => {
    const keeper = new NeighborKeeper(net.here, { mode, refresh: { everyMs: 1000, failedMs: 1000 } })
    expect(keeper.want(both())).toMatchObject({ added: both(), failed: [] })
    await until(
      keeper,
      both(),
      allAre(({ phase, mac }) => phase === 'usable' && mac === macs[0]),
    )
    const flags = keeper.mode === 'managed' ? ['extern_learn', 'managed'] : ['extern_learn']
    for (const { address } of both()) expect(entry(address)).toMatchObject({ flags, protocol: KEEPER_PROTOCOL })
    net.there.link.set({ name: 'e1', address: macs[1] })
    await until(
      keeper,
      both(),
      allAre(({ phase, mac }) => phase === 'usable' && mac === macs[1]),
    )
    expect(keeper.states().map(({ moves }) => moves)).toEqual([1, 1])
    expect(keeper.release().removed).toEqual(both())
    for (const { address } of both()) expect(entry(address)?.flags ?? []).not.toContain('extern_learn')
  }, 60_000)
})

test('one that dies has failed, and is found when it is back', async () => {
  const keeper = new NeighborKeeper(net.here, { mode: 'use', refresh: { everyMs: 1000, failedMs: 1000 } })
  keeper.want(both())
  await until(
    keeper,
    both(),
    allAre(({ phase }) => phase === 'usable'),
  )
  const addresses = ['10.0.0.2/24', '2001:db8::2/64']
  for (const address of addresses) net.there.address.delete({ device: 'e1', address })
  await until(
    keeper,
    both(),
    allAre(({ phase }) => phase === 'failed'),
  )
  const { failures } = keeper.counts
  const since = keeper.states().map((state) => state.since)
  addAddresses(net.there, 'e1', addresses)
  await until(
    keeper,
    both(),
    allAre(({ phase }) => phase === 'usable'),
  )
  expect(keeper.counts).toMatchObject({ failures, recoveries: failures })
  for (const [i, state] of keeper.states().entries()) expect(state.since).toBeGreaterThan(since[i]!)
}, 60_000)

test('which mode it is is found by trying', () => {
  const keeper = new NeighborKeeper(net.here)
  expect(keeper.mode).toBeUndefined()
  keeper.want([hop('10.0.0.2')])
  const isManaged = entry('10.0.0.2')?.flags.includes('managed')
  expect(keeper.mode).toBe(isManaged ? 'managed' : 'use')
})

describe('at the start', () => {
  const lladdr = '02:00:00:00:00:77'
  const add = (address: string, more: object = {}): void => net.here.neighbor.add({ ...hop(address), lladdr, ...more })
  const marked = { flags: ['extern_learn'], protocol: KEEPER_PROTOCOL } as const

  test('permanent entries that an earlier agent noted or marked become dynamic, without losing their address', () => {
    add('10.0.0.2')
    add('2001:db8::2', marked)
    const keeper = new NeighborKeeper(net.here, {
      notes: notesOf([hop('10.0.0.2')]),
      mode: 'use',
      refresh: { perSecond: 0 },
    })
    const wanted = [hop('10.0.0.2'), hop('2001:db8::2')]
    expect(keeper.want(wanted).converted).toHaveLength(2)
    for (const { address } of wanted) expect(entry(address)).toMatchObject({ state: 'stale', lladdr })
  })

  test('one that somebody made on purpose stays, and is converted where that is asked for', () => {
    add('10.0.0.2')
    const wanted = [hop('10.0.0.2')]
    expect(new NeighborKeeper(net.here).want(wanted)).toMatchObject({ foreign: wanted, converted: [] })
    expect(entry('10.0.0.2')).toMatchObject({ state: 'permanent', lladdr })
    expect(new NeighborKeeper(net.here, { permanent: 'convert' }).want(wanted).converted).toEqual(wanted)
    expect(entry('10.0.0.2')?.state).not.toBe('permanent')
  })

  test('stale entries of an earlier run go, by its notes or by their mark; those of others stay', () => {
    add('10.0.0.5', { state: 'stale' })
    add('10.0.0.6', { ...marked, state: 'stale' })
    add('10.0.0.7', { ...marked, state: 'stale' })
    add('10.0.0.8', { state: 'stale' })
    add('2001:db8::6', { ...marked, state: 'stale' })
    const notes = notesOf([hop('10.0.0.5')], [hop('10.0.0.7')])
    const { removed } = new NeighborKeeper(net.here, { notes }).want([hop('10.0.0.2')])
    expect(removed.map(({ address }) => address).toSorted()).toEqual(['10.0.0.5', '10.0.0.6', '2001:db8::6'])
    expect(addresses()).toEqual(expect.arrayContaining(['10.0.0.7', '10.0.0.8']))
    expect(notes.last.map(({ address }) => address)).toEqual(['10.0.0.2'])
  })
})

test('an own address is never a neighbour, also when it becomes one later', () => {
  const keeper = new NeighborKeeper(net.here)
  const [own, later] = [
    ['10.0.0.1', '2001:db8::1'],
    ['10.0.0.9', '2001:db8::9'],
  ]
  const wanted = [...own!, '10.0.0.2', ...later!].map(hop)
  expect(keeper.want(wanted).own).toEqual(own!.map(hop))
  for (const address of own!) expect(addresses()).not.toContain(address)
  addAddresses(net.here, 'e0', ['10.0.0.9/24', '2001:db8::9/64'])
  expect(keeper.want(wanted, { look: true })).toMatchObject({
    removed: later!.map(hop),
    own: [...own!, ...later!].map(hop),
  })
  for (const address of later!) expect(entry(address)?.flags ?? []).not.toContain('extern_learn')
})

test('the entry of a router goes with the last node behind it', () => {
  const behind = (...nodes: string[]): NextHop[][] =>
    nodes.map((node) => [hop(node.includes(':') ? '2001:db8::2' : '10.0.0.2')])
  const keeper = new NeighborKeeper(net.here)
  expect(keeper.want(countHops(behind('10.2.0.1', '10.2.0.2', 'fd02::1', 'fd02::2'))).added).toEqual(both())
  expect(keeper.want(countHops(behind('10.2.0.1', 'fd02::1'))).removed).toEqual([])
  expect(keeper.want(countHops(behind('10.2.0.1'))).removed).toEqual([hop('2001:db8::2')])
  expect(keeper.want(countHops([])).removed).toEqual([hop('10.0.0.2')])
  for (const { address } of both()) expect(entry(address)?.flags ?? []).not.toContain('extern_learn')
})

test('nothing is asked of devices that are down, and what is wanted there is kept when they are up', async () => {
  const wanted = [hop('10.0.0.2')]
  net.here.link.set({ name: 'e0', up: false })
  const keeper = new NeighborKeeper(net.here)
  expect(keeper.want(wanted)).toMatchObject({ idle: wanted, added: [] })
  net.here.link.set({ name: 'e0', up: true })
  await until(
    keeper,
    wanted,
    allAre(({ phase, mac }) => phase === 'usable' && mac === macs[0]),
  )
})

test.each(['auto', 'use'] as const)('%s: what the kernel knows already is not forgotten', (mode) => {
  const silent = hop('10.0.0.77')
  net.here.neighbor.add({ ...silent, lladdr: macs[0]!, state: 'reachable' })
  const keeper = new NeighborKeeper(net.here, { mode })
  keeper.want([silent])
  keeper.want([silent], { look: true })
  expect(keeper.states()).toMatchObject([{ phase: 'usable', mac: macs[0] }])
  expect(entry(silent.address)).toMatchObject({ lladdr: macs[0], flags: expect.arrayContaining(['extern_learn']) })
})

test('an entry that somebody deletes is kept again; a restart goes on with what was known', async () => {
  const wanted = [hop('10.0.0.2')]
  const notes = notesOf([])
  const first = new NeighborKeeper(net.here, { notes })
  first.want(wanted)
  await until(
    first,
    wanted,
    allAre(({ phase }) => phase === 'usable'),
  )
  first.tick()
  const { since } = first.states()[0]!
  expect(new NeighborKeeper(net.here, { notes }).want(wanted)).toMatchObject({ added: [], transitions: [] })
  const second = new NeighborKeeper(net.here, { notes })
  second.want(wanted)
  expect(second.states()).toMatchObject([{ phase: 'usable', since }])
  net.here.neighbor.delete(hop('10.0.0.2'))
  await until(second, wanted, ([state]) => state?.phase === 'usable' && state.since > since)
})
