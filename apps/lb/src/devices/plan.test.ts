import { expect, test } from '@jest/globals'
import { planDevices, type PinnedLink } from './plan.ts'

const eth0 = { name: 'eth0', index: 2 }
const eth1 = { name: 'eth1', index: 3 }
const link = (device: string, index: number, mode: 'native' | 'generic' = 'native'): PinnedLink => ({
  device,
  index,
  mode,
  programId: 7,
})

test('a first start attaches, native first', () => {
  expect(planDevices([eth0], [], 'best-effort').steps).toEqual([
    { do: 'attach', device: eth0, modes: ['native', 'generic'] },
  ])
  expect(planDevices([eth0], [], 'native').steps).toEqual([{ do: 'attach', device: eth0, modes: ['native'] }])
})

test('a restart updates what is there, in the mode it has', () => {
  expect(planDevices([eth0, eth1], [link('eth0', 2, 'generic'), link('eth1', 3)], 'best-effort')).toEqual({
    steps: [
      { do: 'update', device: eth0, mode: 'generic' },
      { do: 'update', device: eth1, mode: 'native' },
    ],
    refused: [],
  })
})

test('a dropped device comes last', () => {
  expect(planDevices([eth1], [link('eth0', 2)], 'native').steps).toEqual([
    { do: 'attach', device: eth1, modes: ['native'] },
    { do: 'detach', device: 'eth0', index: 2, reason: 'not wanted' },
  ])
})

test.each([0, 9])(
  'a device that went and came back (link on index %d) gets a new link in the old one’s place',
  (index) => {
    expect(planDevices([eth0], [link('eth0', index)], 'native').steps).toEqual([
      { do: 'detach', device: 'eth0', index, reason: 'device has gone' },
      { do: 'attach', device: eth0, modes: ['native'] },
    ])
  },
)

test('a running link keeps its mode; what was asked for is refused with the reason', () => {
  const plan = planDevices([eth0], [link('eth0', 2, 'generic')], 'native')
  expect(plan.steps).toEqual([{ do: 'update', device: eth0, mode: 'generic' }])
  expect(plan.refused).toEqual([expect.stringContaining('eth0 runs in generic mode')])
})

test('a device that has another name now keeps its link', () => {
  const lan0 = { name: 'lan0', index: 2 }
  expect(planDevices([lan0], [link('eth0', 2)], 'native').steps).toEqual([
    { do: 'rename', device: lan0, from: 'eth0' },
    { do: 'update', device: lan0, mode: 'native' },
  ])
})

test('so do two that have changed names', () => {
  const swapped = [
    { name: 'eth1', index: 2 },
    { name: 'eth0', index: 3 },
  ]
  const steps = planDevices(swapped, [link('eth0', 2), link('eth1', 3)], 'native').steps
  expect(steps.map((step) => step.do)).toEqual(['rename', 'update', 'rename', 'update'])
})
