import { expect, test } from '@jest/globals'
import type { LinkFacts, Snapshot } from '@skep/device-detect'
import { deviceWarnings, selectDevices } from './select.ts'

const device = (name: string, i: number, more: Partial<LinkFacts> = {}): LinkFacts => ({
  index: i + 2,
  name,
  altNames: [],
  type: 'ether',
  flags: ['UP'],
  ...more,
})
const names = ['eth0', 'eth1', 'ens1', 'ens9', 'eth0.100', 'docker0']
const present: Snapshot = {
  links: [
    { ...device('lo', -1), type: 'loopback', flags: ['UP', 'LOOPBACK'] },
    ...names.map((name, i) => device(name, i)),
    device('wg0', 20, { type: 'none' }),
  ],
  routes: ['eth1', 'docker0', 'wg0'].map((name) => ({
    index: name === 'wg0' ? 22 : names.indexOf(name) + 2,
    family: 'ipv4',
    count: 1,
    example: { destination: '10.0.0.0/8', table: 100 },
  })),
  addresses: [],
}

test.each([
  [['eth0'], ['eth0']],
  [['eth*'], ['eth0', 'eth1', 'eth0.100']],
  [
    ['eth+', '-eth1'],
    ['eth0', 'eth0.100'],
  ],
  [
    ['eth?', 'ens[1-3]'],
    ['eth0', 'eth1', 'ens1'],
  ],
  [['-ens9', 'ens*'], ['ens1']],
  [['lo'], ['lo']],
  [['eth0', 'wlan*'], ['eth0']],
  [['auto'], ['eth1']],
  [
    ['auto', '-docker*', '+ens9'],
    ['eth1', 'ens9'],
  ],
])('%j chooses %j', (entries, devices) => {
  expect(selectDevices(entries, present)).toMatchObject({ devices, findings: [] })
})

test('auto leaves out what has no Ethernet frames', () => {
  const { explanations } = selectDevices(['auto'], present)
  expect(explanations.find((one) => one.device === 'wg0')).toMatchObject({ chosen: false, rule: 'no-ethernet' })
})

test.each([
  [['eth0', 'eht1'], ['spec', 'devices', 1], '"eht1": no such device; did you mean "eth1"?'],
  [['eth0', '-eth0'], ['spec', 'devices'], '["eth0","-eth0"] leaves no device'],
  [['-eth0'], ['spec', 'devices'], '["-eth0"] only leaves devices out; write auto beside it'],
  [['auto', 'eth 1'], ['spec', 'devices', 1], '"eth 1" is not a device: no device has " " in its name'],
])('%j is refused', (entries, path, message) => {
  const [finding, ...more] = selectDevices(entries, present).findings
  expect(more).toEqual([])
  expect(finding?.path).toEqual(path)
  expect(finding?.message).toContain(message)
})

test('what may come later is only warned about', () => {
  const selected = selectDevices(['wlan*', '+wg1'], present)
  expect(selected).toMatchObject({ devices: [], findings: [] })
  expect(deviceWarnings(selected)).toEqual([
    expect.stringMatching(/^spec\.devices\[0\]: "wlan\*": no device matches now/),
    'spec.devices[1]: "+wg1": no such device now; it is added when it comes',
    expect.stringMatching(/^spec\.devices: \["wlan\*","\+wg1"\] leaves no device; there are: lo, eth0/),
  ])
})
