import { expect, test } from '@jest/globals'
import { devicesExist, selectDevices } from './select.ts'

const present = ['lo', 'eth0', 'eth1', 'ens1', 'ens9', 'eth0.100']

test.each([
  [['eth0'], ['eth0']],
  [['eth*'], ['eth0', 'eth1', 'eth0.100']],
  [
    ['eth?', 'ens[1-3]'],
    ['eth0', 'eth1', 'ens1'],
  ],
  [
    ['*', '-eth*'],
    ['ens1', 'ens9'],
  ],
  [['-ens9', 'ens*'], ['ens1']],
  [['lo'], ['lo']],
  [['eth0', 'wlan*'], ['eth0']],
])('%j chooses %j', (patterns, devices) => {
  expect(selectDevices(patterns, present)).toEqual({ devices, findings: [] })
})

test.each([
  [['eth0', 'eht1'], ['spec', 'devices', 1], '"eht1": no such device; did you mean "eth1"?'],
  [['auto'], ['spec', 'devices', 0], '"auto": no such device; choosing by itself is not built yet'],
  [['wlan*'], ['spec', 'devices'], '["wlan*"] leaves no device; there are: lo, eth0'],
  [['eth0', '-eth0'], ['spec', 'devices'], '["eth0","-eth0"] leaves no device'],
  [[], ['spec', 'devices'], '[] leaves no device'],
])('%j is refused', (patterns, path, message) => {
  const [finding, ...more] = selectDevices(patterns, present).findings
  expect(more).toEqual([])
  expect(finding?.path).toEqual(path)
  expect(finding?.message).toContain(message)
})

test.each([null, {}, { spec: 7 }, { spec: { devices: 'eth0' } }, { spec: { devices: [1] } }])(
  'a document without usable devices (%j) is for the schema to refuse',
  (document) => expect(devicesExist(present)(document)).toEqual([]),
)
