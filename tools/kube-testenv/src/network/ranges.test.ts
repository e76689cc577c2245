import { expect, test } from '@jest/globals'
import { addressIn, machineAddresses, podRanges } from './ranges.ts'

test('machines and pods are numbered from 1, in both families', () => {
  expect(machineAddresses(1)).toEqual(['172.30.0.11', 'fd00:30::b'])
  expect(podRanges(17)).toEqual(['10.244.17.0/24', 'fd00:244:0:11::/64'])
})

test('the n-th address of a range', () => {
  expect(addressIn('10.244.10.0/24', 200)).toBe('10.244.10.200')
  expect(addressIn('fd00:244:0:11::/64', 200)).toBe('fd00:244:0:11::c8')
})
