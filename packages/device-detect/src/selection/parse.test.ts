import { expect, test } from '@jest/globals'
import { link } from '../../test/hosts.ts'
import { DetectError } from '../error.ts'
import { matches } from './match.ts'
import { entryProblem, parseSelection, requireSelection } from './parse.ts'

test('each kind of entry is read, with its place', () => {
  expect(requireSelection(['auto', '-docker*', '+wg0', 'eth+', 'ens?', 'eth0', '-veth1', '+auto'])).toEqual([
    { entry: 0, text: 'auto', is: 'auto' },
    { entry: 1, text: '-docker*', is: 'exclusion', glob: 'docker*' },
    { entry: 2, text: '+wg0', is: 'addition', name: 'wg0' },
    { entry: 3, text: 'eth+', is: 'pattern', glob: 'eth+' },
    { entry: 4, text: 'ens?', is: 'pattern', glob: 'ens?' },
    { entry: 5, text: 'eth0', is: 'name', name: 'eth0' },
    { entry: 6, text: '-veth1', is: 'exclusion', glob: 'veth1' },
    { entry: 7, text: '+auto', is: 'addition', name: 'auto' },
  ])
})

test.each([
  ['', '"" is not a device; write auto, a name'],
  [7, '7 is not a device'],
  [undefined, 'undefined is not a device'],
  ['eth/1', '"eth/1" is not a device: no device has "/" in its name'],
  ['eth 1', 'no device has " " in its name'],
  ['eth0:1', 'no device has ":" in its name'],
  ['+', 'no name stands beside the sign'],
  ['-', 'no name stands beside the sign'],
  ['++', 'no name stands beside the sign'],
  ['--eth0', 'one sign is enough'],
  ['..', 'the kernel has no device of that name'],
  ['-auto', 'leave auto out of the list instead'],
  ['eth[0', 'its "[" is never closed'],
  ['e'.repeat(128), 'a name has 127 characters at most'],
])('%j is refused', (text, message) => {
  expect(entryProblem(text)).toContain(message)
  expect(parseSelection(['auto', text]).problems).toEqual([{ entry: 1, message: expect.stringContaining(message) }])
  expect(() => requireSelection(['auto', text])).toThrow(DetectError)
})

test('every wrong entry is told at once', () => {
  expect(parseSelection(['eth/1', 'auto', '-']).problems.map(({ entry }) => entry)).toEqual([0, 2])
})

test.each([
  [[], 'no device is named; write auto'],
  [['-docker*', '-eth9'], '["-docker*","-eth9"] only leaves devices out; write auto beside it'],
])('%j chooses nothing anywhere', (entries, message) => {
  expect(parseSelection(entries).problems).toEqual([{ message: expect.stringContaining(message) }])
})

test.each([
  ['eth+', 'eth0', true],
  ['eth+', 'eth', true],
  ['eth+', 'veth0', false],
  ['e+h+', 'e+h1', true],
  ['eth*', 'eth0.100', true],
  ['eth?', 'eth10', false],
  ['ens[1-3]', 'ens3', true],
  ['ens[1-3]', 'ens4', false],
  ['eth0', 'eth0', true],
  ['eth0', 'eth01', false],
  ['ethernet-of-a-long-name', 'eth7', true],
  ['enp*', 'eth7', true],
])('%s and %s: %s', (glob, name, expected) => {
  const altNames = name === 'eth7' ? ['ethernet-of-a-long-name', 'enp3s0'] : []
  expect(matches(link(2, name, { altNames }), glob)).toBe(expected)
})
