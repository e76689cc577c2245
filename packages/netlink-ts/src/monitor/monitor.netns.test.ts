import { afterEach, expect } from '@jest/globals'
import { needing, needs } from '@skep/testbed'
import { run } from '../../test/ip.ts'
import { anonymousNamespace } from '../namespace/named.ts'
import { openNetlink } from '../netlink.ts'
import { openHandles } from '../open-handles.ts'
import type { Change, MonitorEvent, Resync } from './types.ts'

const { describe, test } = needing(needs.root, needs.binary('ip'))

afterEach(() => {
  expect(openHandles()).toEqual([])
})

describe('events', () => {
  test('the first is all that is there; then what ip does, as it does it', async () => {
    await using ns = anonymousNamespace()
    using nl = openNetlink({ ns })
    nl.link.set({ name: 'lo', up: true })
    await using monitor = nl.monitor(['link', 'address', 'rule', 'nexthop'])
    const events = monitor[Symbol.asyncIterator]()
    const first = await next(events)
    expect(first).toMatchObject({ type: 'resync', reason: 'start' })
    expect(kinds((first as Resync).changes)).toEqual([
      'add link',
      'add address',
      'add address',
      ...Array(5).fill('add rule'),
    ])
    await run(ns, 'ip', ['link', 'add', 'e0', 'type', 'veth', 'peer', 'e1'])
    await run(ns, 'ip', ['address', 'add', '10.0.0.1/24', 'dev', 'e0'])
    await run(ns, 'ip', ['rule', 'add', 'fwmark', '7', 'table', '100', 'priority', '5'])
    await run(ns, 'ip', ['rule', 'delete', 'priority', '5'])
    await run(ns, 'ip', ['nexthop', 'add', 'id', '9', 'blackhole'])
    await run(ns, 'ip', ['nexthop', 'delete', 'id', '9'])
    await run(ns, 'ip', ['link', 'delete', 'e0'])
    let links = 2
    const seen = await until(events, ({ type, action }) => type === 'link' && action === 'remove' && --links === 0)
    expect(kinds(seen).filter((kind) => !kind.startsWith('change'))).toEqual([
      'add link',
      'add link',
      'add address',
      'add rule',
      'remove rule',
      'add nexthop',
      'remove nexthop',
      'remove address',
      'remove link',
      'remove link',
    ])
  })

  test('a port that leaves its bridge is no link that goes', async () => {
    await using ns = anonymousNamespace()
    using nl = openNetlink({ ns })
    nl.link.add({ kind: 'bridge', name: 'br0', up: true })
    nl.link.add({ kind: 'veth', name: 'e0', up: true, master: 'br0', peer: { name: 'e1', up: true } })
    await using monitor = nl.monitor(['link'])
    const events = monitor[Symbol.asyncIterator]()
    await next(events)
    nl.link.set({ name: 'e0', master: null })
    nl.link.set({ name: 'lo', up: true })
    const seen = await until(events, (change) => change.type === 'link' && change.value.name === 'lo')
    expect(kinds(seen)).not.toContain('remove link')
    const port = seen.findLast((change) => change.type === 'link' && change.value.name === 'e0')
    expect(port?.value).not.toHaveProperty('master')
  })

  test('the state of a neighbour, as it changes', async () => {
    await using ns = anonymousNamespace()
    using nl = openNetlink({ ns })
    nl.link.add({ kind: 'veth', name: 'e0', up: true, peer: { name: 'e1', up: true } })
    await using monitor = nl.monitor(['neighbor'])
    const events = monitor[Symbol.asyncIterator]()
    await next(events)
    const key = { device: 'e0', address: '10.0.0.2' }
    nl.neighbor.add({ ...key, lladdr: '02:00:00:00:00:01' })
    nl.neighbor.replace({ ...key, lladdr: '02:00:00:00:00:02', state: 'stale' })
    nl.neighbor.delete(key)
    const isMine = ({ type, value }: Change): boolean => type === 'neighbor' && value.address === '10.0.0.2'
    const mine = (await until(events, (change) => change.action === 'remove' && isMine(change))).filter(isMine)
    expect(mine.map(({ action, value }) => [action, 'lladdr' in value && value.lladdr])).toEqual(
      expect.arrayContaining([
        ['add', '02:00:00:00:00:01'],
        ['change', '02:00:00:00:00:02'],
      ]),
    )
    expect(mine.at(-1)?.action).toBe('remove')
  })
})

describe('what the kernel does not tell', () => {
  test('IPv4 routes and nexthops that go with their device are reported', async () => {
    await using ns = anonymousNamespace()
    using nl = openNetlink({ ns })
    nl.link.add({ kind: 'veth', name: 'e0', up: true, peer: { name: 'e1', up: true } })
    nl.address.add({ device: 'e0', address: '10.0.0.1/24' })
    nl.route.add({ destination: '10.1.0.0/16', via: '10.0.0.2' })
    nl.nexthop.add({ id: 3, via: '10.0.0.3', device: 'e0' })
    nl.route.add({ destination: '10.2.0.0/16', nexthopId: 3 })
    await using monitor = nl.monitor(['route', 'nexthop'])
    const events = monitor[Symbol.asyncIterator]()
    await next(events)
    nl.link.set({ name: 'e0', up: false })
    const gone = new Set<string>()
    const wanted = ['10.0.0.0/24', '10.1.0.0/16', '10.2.0.0/16', 'nexthop 3']
    await until(events, (change) => {
      if (change.action === 'remove')
        gone.add(change.type === 'route' ? change.value.destination : `nexthop ${(change.value as { id?: number }).id}`)
      return wanted.every((each) => gone.has(each))
    })
  })

  test('a route that is replaced is a change, and the old way is forgotten', async () => {
    await using ns = anonymousNamespace()
    using nl = openNetlink({ ns })
    nl.link.add({ kind: 'veth', name: 'e0', up: true, peer: { name: 'e1', up: true } })
    nl.address.add({ device: 'e0', address: '10.0.0.1/24' })
    nl.route.add({ destination: '10.1.0.0/16', via: '10.0.0.2' })
    await using monitor = nl.monitor(['route'])
    const events = monitor[Symbol.asyncIterator]()
    await next(events)
    nl.route.replace({ destination: '10.1.0.0/16', via: '10.0.0.3' })
    nl.route.delete({ destination: '10.1.0.0/16' })
    const mine = ({ type, value }: Change): boolean => type === 'route' && value.destination === '10.1.0.0/16'
    const seen = await until(events, (change) => change.action === 'remove' && mine(change))
    expect(seen.filter(mine).map(({ action, value }) => [action, 'via' in value && value.via])).toEqual([
      ['change', '10.0.0.3'],
      ['remove', '10.0.0.3'],
    ])
  })
})

describe('an overrun', () => {
  test('is survived: a resync tells what was missed, and events go on', async () => {
    await using ns = anonymousNamespace()
    using nl = openNetlink({ ns })
    nl.link.add({ kind: 'veth', name: 'e0', up: true, peer: { name: 'e1', up: true } })
    nl.address.add({ device: 'e0', address: '10.0.0.1/8' })
    nl.route.add({ destination: '192.0.2.0/24', via: '10.0.0.2' })
    await using monitor = nl.monitor(['route', 'neighbor'], { receiveBuffer: 1 })
    const events = monitor[Symbol.asyncIterator]()
    await next(events)
    // Nobody reads: some hundreds of messages do not fit into the smallest buffer that the kernel gives.
    const device = 'e0'
    const added = Array.from({ length: 400 }, (_, i) => `10.1.${i >> 8}.${i & 255}`)
    for (const address of added) nl.neighbor.add({ device, address, lladdr: '02:00:00:00:00:01' })
    for (const address of added.slice(0, 100)) nl.neighbor.delete({ device, address })
    nl.route.delete({ destination: '192.0.2.0/24' })
    nl.route.add({ destination: '198.51.100.0/24', via: '10.0.0.2' })
    const known = new Map<string, Change>()
    let overruns = 0
    for (;;) {
      const event = await next(events)
      if (event.type === 'resync') expect(event.reason).toBe('overrun')
      if (event.type === 'resync') overruns++
      for (const change of event.type === 'resync' ? event.changes : [event]) note(known, change)
      if (known.has('198.51.100.0/24')) break
    }
    expect(overruns).toBeGreaterThan(0)
    const kept = added.slice(100)
    expect(
      [...known]
        .filter(([key]) => key.startsWith('10.1.'))
        .map(([key]) => key)
        .toSorted(),
    ).toEqual(kept.toSorted())
    expect(known.get('192.0.2.0/24')?.action).toBe('remove')
    nl.neighbor.delete({ device, address: kept[0] as string })
    await until(
      events,
      ({ type, action, value }) => type === 'neighbor' && action === 'remove' && value.address === kept[0],
    )
  })
})

describe('the end', () => {
  test('an abort rejects the wait with its reason', async () => {
    await using ns = anonymousNamespace()
    using nl = openNetlink({ ns })
    const abort = new AbortController()
    await using monitor = nl.monitor(['link'], { signal: abort.signal })
    const events = monitor[Symbol.asyncIterator]()
    await next(events)
    const waiting = events.next()
    abort.abort(new Error('enough'))
    await expect(waiting).rejects.toThrow('enough')
    const aborted = nl.monitor(['link'], { signal: abort.signal })
    await expect(aborted[Symbol.asyncIterator]().next()).rejects.toThrow('enough')
    await aborted[Symbol.asyncDispose]()
  })

  test('disposal ends a loop that waits', async () => {
    await using ns = anonymousNamespace()
    using nl = openNetlink({ ns })
    const monitor = nl.monitor(['link'])
    const loop = (async () => {
      let count = 0
      for await (const _ of monitor) count++
      return count
    })()
    await Promise.resolve()
    await monitor[Symbol.asyncDispose]()
    expect(await loop).toBeLessThanOrEqual(1)
  })

  test('a monitor outlives the socket that it was asked for, in its namespace', async () => {
    await using ns = anonymousNamespace()
    const nl = ns.run(() => openNetlink())
    await using monitor = nl.monitor(['link'])
    nl[Symbol.dispose]()
    const events = monitor[Symbol.asyncIterator]()
    await next(events)
    await run(ns, 'ip', ['link', 'set', 'lo', 'up'])
    expect(await next(events)).toMatchObject({ type: 'link', action: 'change', value: { name: 'lo', up: true } })
  })
})

async function next(events: AsyncGenerator<MonitorEvent>): Promise<MonitorEvent> {
  const { value, done } = await events.next()
  if (done === true) throw new Error('the monitor ended')
  return value
}

/** Everything up to the change that is waited for. */
async function until(events: AsyncGenerator<MonitorEvent>, last: (change: Change) => boolean): Promise<Change[]> {
  const seen: Change[] = []
  for (;;) {
    const event = await next(events)
    const changes = event.type === 'resync' ? event.changes : [event]
    for (const change of changes) {
      seen.push(change)
      if (last(change)) return seen
    }
  }
}

function kinds(changes: readonly Change[]): string[] {
  return changes.map(({ action, type }) => `${action} ${type}`)
}

/** A reader's own table, kept by events: neighbours that are there, and all that was said of routes. */
function note(known: Map<string, Change>, change: Change): void {
  if (change.type === 'route') known.set(change.value.destination, change)
  if (change.type !== 'neighbor') return
  if (change.action === 'remove') known.delete(change.value.address)
  else known.set(change.value.address, change)
}
