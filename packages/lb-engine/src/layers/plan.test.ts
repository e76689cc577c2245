import { expect, test } from '@jest/globals'
import { LINES, arrivalBytes, lineOf } from './lines.ts'
import { planLayers } from './plan.ts'

const route = { index: 0, family: 'ipv4', count: 1, example: { destination: '10.0.0.0/24', table: 254 } } as const
const explained = (index: number, rule: 'route' | 'not-named' | 'excluded' = 'not-named') => ({
  index,
  rule,
  routes: [route],
})
const none = { protocol: 0, id: 0 }
const tag = (id: number, protocol = 0x8100) => ({ protocol, id })

const bond = { index: 10, name: 'bond0', kind: 'bond', up: true }
const members = [
  { index: 2, name: 'p0', up: true, master: 10 },
  { index: 3, name: 'p1', up: true, master: 10 },
]
const vlan = (index: number, id: number, more: object = {}) => ({
  index,
  name: `bond0.${id}`,
  kind: 'vlan',
  up: true,
  link: 10,
  vlan: { id, protocol: '802.1Q' as const },
  ...more,
})

test('members are the bond’s; a VLAN’s frames come by all of its ports, and leave by the bond with a tag', () => {
  const layers = planLayers([...members, bond, vlan(20, 100)], [10], [explained(10), explained(20)])
  expect(layers).toEqual({
    arrivals: [
      { port: 2, tag: none, device: 10, base: 10 },
      { port: 3, tag: none, device: 10, base: 10 },
      ...[10, 2, 3].map((port) => ({ port, tag: tag(100), device: 20, base: 10 })),
    ],
    departures: [{ device: 20, tag: tag(100), base: 10 }],
    carried: ['bond0.100'],
  })
})

test('where no device is above another there is nothing to tell', () => {
  const eth0 = { index: 2, name: 'eth0', up: true }
  expect(planLayers([eth0], [2], [explained(2)])).toEqual({ arrivals: [], departures: [], carried: [] })
})

test.each([
  ['left out by name', vlan(20, 100), explained(20, 'excluded')],
  ['without routes', vlan(20, 100), { ...explained(20), routes: [] }],
])('a VLAN device %s is not carried, but frames may leave by it', (_, link, explanation) => {
  const layers = planLayers([bond, link], [10], [explained(10), explanation])
  expect(layers).toEqual({ arrivals: [], departures: [{ device: 20, tag: tag(100), base: 10 }], carried: [] })
})

test.each([
  ['down', { up: false }],
  ['of a device in another namespace', { linkNetnsid: 0 }],
  ['a bridge’s port', { master: 11 }],
  ['above another VLAN device', { link: 21 }],
])('a VLAN device that is %s is the kernel’s alone', (_, more) => {
  const links = [bond, { index: 11, name: 'br0', kind: 'bridge', up: true }, vlan(21, 7), vlan(20, 100, more)]
  const { carried, departures } = planLayers(links, [10], [explained(10), explained(20)])
  expect([carried, departures.map(({ device }) => device)]).toEqual([[], [21]])
})

test('one in a VRF, and a provider’s tag, are like others', () => {
  const links = [
    bond,
    { index: 12, name: 'blue', kind: 'vrf', up: true },
    vlan(20, 100, { master: 12, vlan: { id: 100, protocol: '802.1ad' } }),
  ]
  const { arrivals } = planLayers(links, [10], [explained(20)])
  expect(arrivals).toEqual([{ port: 10, tag: tag(100, 0x88a8), device: 20, base: 10 }])
})

test('every entry has its place in its line; what finds it full is told', () => {
  const arrivals = Array.from({ length: 300 }, (_, i) => ({ port: 2, tag: tag(i), device: 1000 + i, base: 2 }))
  const { bytes, left } = arrivalBytes(arrivals)
  const words = new Uint32Array(bytes.buffer)
  const found = arrivals.filter(({ tag: one, device }) => {
    const line = words.subarray(lineOf(2, one) * 16, (lineOf(2, one) + 1) * 16)
    return line.includes(device)
  })
  expect(found.length + left).toBe(300)
  const crowd = Array.from({ length: LINES * 5 }, (_, i) => ({ port: 2, tag: tag(i % 4096), device: i + 1, base: 2 }))
  expect(arrivalBytes(crowd).left).toBeGreaterThan(0)
})

test('lines are those that the datapath looks in', () => {
  expect([lineOf(7), lineOf(7, tag(100)), lineOf(4_000_000_000, tag(4094, 0x88a8))]).toEqual([477, 22, 12])
})
