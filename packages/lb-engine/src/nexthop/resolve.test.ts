import { expect, test } from '@jest/globals'
import { countHops } from '@skep/neighbor'
import { resolveBackends, type ResolveInput, type Route } from './resolve.ts'

const direct: Route = { device: 'eth1', index: 3, source: '10.1.0.1', local: false }
const input = (overrides: Partial<ResolveInput>): ResolveInput => ({
  backends: ['10.1.0.11', '10.1.0.12'],
  lookup: () => direct,
  sources: [],
  devices: ['eth0', 'eth1'],
  before: new Map(),
  ...overrides,
})

test('backends on the link are their own next hops', () => {
  expect(resolveBackends(input({}))).toEqual({
    sources: new Map([
      ['10.1.0.11', '10.1.0.1'],
      ['10.1.0.12', '10.1.0.1'],
    ]),
    ways: new Map([
      ['10.1.0.11', [{ address: '10.1.0.11', index: 3 }]],
      ['10.1.0.12', [{ address: '10.1.0.12', index: 3 }]],
    ]),
    unreachable: new Map(),
    here: new Set(),
    warnings: [],
  })
})

test('backends behind a gateway share it', () => {
  const { ways } = resolveBackends(input({ lookup: () => ({ ...direct, gateway: '10.1.0.254' }) }))
  expect(countHops(ways.values())).toEqual([{ address: '10.1.0.254', index: 3, users: 2 }])
})

test('where a route has several ways, all of them are next hops', () => {
  const several = ['10.1.0.253', '10.1.0.254'].map((address) => ({ address, index: 3 }))
  const { ways } = resolveBackends(input({ lookup: () => ({ ...direct, gateway: '10.1.0.254' }), ways: () => several }))
  expect(countHops(ways.values())).toEqual(several.map((hop) => ({ ...hop, users: 2 })))
})

test('configured sources of the family replace the route’s, the same one for a backend each time', () => {
  const sources = ['10.1.0.5', '10.1.0.6', 'fd00::1']
  const backends = Array.from({ length: 40 }, (_, i) => `10.1.0.${i + 10}`)
  const first = resolveBackends(input({ sources, backends }))
  const reversed = resolveBackends(input({ sources, backends: backends.toReversed() }))
  expect(new Set(first.sources.values())).toEqual(new Set(['10.1.0.5', '10.1.0.6']))
  for (const backend of backends) expect(reversed.sources.get(backend)).toBe(first.sources.get(backend))
})

test('without a route the source stays, and the reason is told', () => {
  const lost = resolveBackends(
    input({ lookup: () => new Error('ENETUNREACH'), before: new Map([['10.1.0.11', '10.1.0.1']]) }),
  )
  expect(lost.sources).toEqual(new Map([['10.1.0.11', '10.1.0.1']]))
  expect(lost.ways.size).toBe(0)
  expect([...lost.unreachable.values()]).toEqual([
    'no route to 10.1.0.11: ENETUNREACH',
    'no route to 10.1.0.12: ENETUNREACH',
  ])
})

test('an own address is a backend that is here and no neighbour, for services that translate', () => {
  const here = input({ backends: ['10.1.0.1'], lookup: () => ({ ...direct, device: 'lo', local: true }) })
  const own = resolveBackends(here)
  expect([own.ways.size, own.unreachable.size]).toEqual([0, 0])
  expect([...own.here]).toEqual(['10.1.0.1'])
  expect([...own.sources]).toEqual([['10.1.0.1', '10.1.0.1']])
  const asItIs = { source: false, onLink: false, replies: false, direct: true }
  const dsr = resolveBackends({ ...here, needs: () => asItIs })
  expect(dsr.here.size).toBe(0)
  expect(dsr.unreachable.get('10.1.0.1')).toContain('give its services mode snat')
})

test('a backend that was this host, and is another now, gets its route’s source', () => {
  const before = new Map([['10.1.0.11', '10.1.0.11']])
  const { source: _, ...unnamed } = direct
  const moved = resolveBackends(input({ backends: ['10.1.0.11'], lookup: () => unnamed, before }))
  expect(moved.sources.size).toBe(0)
})

test('a route through a device without XDP is warned of', () => {
  expect(resolveBackends(input({ devices: ['eth0'] })).warnings[0]).toBe(
    '10.1.0.11 is reached through eth1, which is not among spec.devices: its replies would not be translated back',
  )
})

test('by MAC address a backend needs no own address, but must be on the link; in a tunnel it may be anywhere', () => {
  const routed = { index: 3, device: 'eth9', gateway: '10.1.0.254', local: false }
  const needs = (address: string) => ({ source: false, onLink: address === '10.1.0.11', replies: false, direct: true })
  const { unreachable, warnings } = resolveBackends(input({ lookup: () => routed, needs }))
  expect([...unreachable]).toEqual([['10.1.0.11', expect.stringContaining('is behind the router 10.1.0.254, and l2')]])
  expect(warnings).toEqual([])
})
