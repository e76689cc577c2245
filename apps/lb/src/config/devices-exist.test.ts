import { expect, test } from '@jest/globals'
import { devicesExist } from './devices-exist.ts'

const nothing = { links: [], routes: [], addresses: [] }

test.each([
  null,
  {},
  { spec: 7 },
  { spec: { devices: 'eth0' } },
  { spec: { devices: [1] } },
  { spec: { devices: [] } },
])('a document without usable devices (%j) is for the schema to refuse', (document) =>
  expect(devicesExist(nothing)(document)).toEqual([]),
)

test('a device that is not there is refused, with its place', () => {
  expect(devicesExist(nothing)({ spec: { devices: ['eth0'] } })).toMatchObject([{ path: ['spec', 'devices', 0] }])
})
