import { expect, test } from '@jest/globals'
import { domainsOf } from './vrf.ts'

const links = [
  { index: 2, kind: 'vrf' },
  { index: 3, kind: 'vrf' },
  { index: 4, kind: 'bridge' },
  { index: 5, kind: 'veth', master: 3 },
  { index: 6, kind: 'veth', master: 2 },
  { index: 7, kind: 'veth' },
  { index: 8, kind: 'veth', master: 4 },
]

test.each([
  ['devices of no VRF', [7], [undefined]],
  ['the port of a bridge, which is no VRF', [8], [undefined]],
  ['no device yet', [], [undefined]],
  ['devices of one VRF: nobody asks elsewhere', [5], [3]],
  ['of two VRFs', [5, 6], [2, 3]],
  ['of a VRF and of none', [6, 7], [undefined, 2]],
])('%s', (_, devices, domains) => {
  expect(domainsOf(links, devices)).toEqual(domains)
})
