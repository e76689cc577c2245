import { expect, test } from '@jest/globals'
import { resolve } from '../options/resolve.ts'
import { servesOutside } from '../options/serves-outside.ts'
import { natPorts, outsideSettings, ringSize } from './settings.ts'
import { optionAt, terms } from './words.ts'

const settingsOf = (options: Readonly<Record<string, string>>) =>
  resolve([Object.entries(options).map(([name, text]) => ({ name, text, origin: `--${name}` })), [], []]).settings

test.each([
  [{ 'kube-proxy-replacement': 'strict' }, true],
  [{ 'kube-proxy-replacement': 'partial' }, false],
  [{ 'kube-proxy-replacement': 'partial', devices: 'eth0' }, true],
  [{ 'kube-proxy-replacement': 'disabled', devices: 'eth0' }, false],
])('%j: are packets from outside served?', (options, expected) => {
  expect(servesOutside(settingsOf(options as Record<string, string>))).toBe(expected)
})

test.each([
  [
    { from: 30_000, to: 32_767 },
    { from: 49_152, to: 65_535 },
  ],
  [
    { from: 30_000, to: 52_000 },
    { from: 52_001, to: 65_535 },
  ],
  [
    { from: 30_000, to: 65_535 },
    { from: 13_616, to: 29_999 },
  ],
])('node ports %j: translated packets have others, %j', (range, expected) => {
  expect(natPorts(range)).toEqual(expected)
})

test('devices are found by the routes where none is named; XDP only where it is asked for', () => {
  expect(outsideSettings(settingsOf({}))).toMatchObject({ devices: ['auto'], acceleration: 'tc' })
  const named = settingsOf({ devices: 'eth0,-docker*', 'node-port-acceleration': 'native' })
  expect(outsideSettings(named)).toMatchObject({ devices: ['eth0', '-docker*'], acceleration: 'native' })
})

test('the seed is the same key on every node, the table’s size the next power of two', () => {
  expect(outsideSettings(settingsOf({})).hashKey).toBe(
    `${Buffer.from('JLfvgnHc2kaSUFaI', 'base64').toString('hex')}00000000`,
  )
  expect(ringSize(settingsOf({ 'bpf-lb-maglev-table-size': '16381' }))).toBe(16_384)
  expect(ringSize(settingsOf({}))).toBeUndefined()
  expect(() => settingsOf({ 'bpf-lb-maglev-table-size': '1000' })).toThrow(/write one of 0, 251/)
  expect(() => settingsOf({ 'bpf-lb-maglev-hash-seed': 'abc' })).toThrow(/write 12 bytes in base64/)
})

test('the engine’s messages speak of the agent’s options', () => {
  expect([terms.device(1), terms.setting('acceleration'), terms.setting('capacity.connections')]).toEqual([
    'devices',
    'bpf-lb-acceleration',
    'bpf-nat-global-max',
  ])
  expect(optionAt(['spec', 'snat', 'portRange'])).toBe('node-port-range')
})
