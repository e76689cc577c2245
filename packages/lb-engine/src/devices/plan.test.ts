import { expect, test } from '@jest/globals'
import { type DeviceMode, planDevices, type PinnedLink } from './plan.ts'

const eth0 = { name: 'eth0', index: 2 }
const eth1 = { name: 'eth1', index: 3 }
const link = (device: string, index: number, mode: DeviceMode = 'native'): PinnedLink => ({
  device,
  index,
  mode,
  programId: 7,
})

test('a first start attaches, native first', () => {
  expect(planDevices([eth0], [], 'best-effort')).toEqual([
    { do: 'attach', device: eth0, modes: ['native', 'generic', 'tc'] },
  ])
  expect(planDevices([eth0], [], 'native')).toEqual([{ do: 'attach', device: eth0, modes: ['native'] }])
})

test('a device that backends of this host are behind is met at tc, whatever is asked for of the others', () => {
  const pod = { name: 'veth1', index: 9, isInner: true }
  expect(planDevices([eth0, pod], [], 'native')).toEqual([
    { do: 'attach', device: eth0, modes: ['native'] },
    { do: 'attach', device: pod, modes: ['tc'] },
  ])
})

test('a restart updates what is there, in the mode it has', () => {
  expect(planDevices([eth0, eth1], [link('eth0', 2, 'generic'), link('eth1', 3)], 'best-effort')).toEqual([
    { do: 'update', device: eth0, mode: 'generic' },
    { do: 'update', device: eth1, mode: 'native' },
  ])
})

test('a dropped device comes last', () => {
  expect(planDevices([eth1], [link('eth0', 2)], 'native')).toEqual([
    { do: 'attach', device: eth1, modes: ['native'] },
    { do: 'detach', device: 'eth0', index: 2, reason: 'not wanted' },
  ])
})

test.each([0, 9])(
  'a device that went and came back (link on index %d) gets a new link in the old one’s place',
  (index) => {
    expect(planDevices([eth0], [link('eth0', index)], 'native')).toEqual([
      { do: 'detach', device: 'eth0', index, reason: 'device has gone' },
      { do: 'attach', device: eth0, modes: ['native'] },
    ])
  },
)

test.each([
  ['generic', 'native'],
  ['native', 'tc'],
  ['tc', 'generic'],
] as const)(
  'a mode that the configuration does not allow any more is changed: %s, and %s is asked for',
  (has, wanted) => {
    expect(planDevices([eth0], [link('eth0', 2, has)], wanted)).toEqual([
      { do: 'switch', device: eth0, from: [has], modes: [wanted] },
    ])
  },
)

test.each(['native', 'generic', 'tc'] as const)('best effort leaves %s as it is', (has) => {
  expect(planDevices([eth0], [link('eth0', 2, has)], 'best-effort')).toEqual([
    { do: 'update', device: eth0, mode: has },
  ])
})

test('where a change of mode was killed, what is asked for stays and the other goes; where neither is, both go', () => {
  const both = [link('eth0', 2, 'generic'), link('eth0', 2, 'tc')]
  expect(planDevices([eth0], both, 'tc')).toEqual([
    { do: 'update', device: eth0, mode: 'tc' },
    { do: 'drop', device: eth0, mode: 'generic' },
  ])
  expect(planDevices([eth0], both, 'native')).toEqual([
    { do: 'switch', device: eth0, from: ['generic', 'tc'], modes: ['native'] },
  ])
})

test('a device that has another name now keeps its link', () => {
  const lan0 = { name: 'lan0', index: 2 }
  expect(planDevices([lan0], [link('eth0', 2)], 'native')).toEqual([
    { do: 'rename', device: lan0, from: 'eth0' },
    { do: 'update', device: lan0, mode: 'native' },
  ])
})

test('so do two that have changed names', () => {
  const swapped = [
    { name: 'eth1', index: 2 },
    { name: 'eth0', index: 3 },
  ]
  const steps = planDevices(swapped, [link('eth0', 2), link('eth1', 3)], 'native')
  expect(steps.map((step) => step.do)).toEqual(['rename', 'update', 'rename', 'update'])
})
