import { expect, test } from '@jest/globals'
import { missingCapabilities } from './capabilities.ts'

const status = (...capabilities: number[]) =>
  `Name:\tnode\nCapEff:\t${capabilities
    .reduce((bits, n) => bits | (1n << BigInt(n)), 0n)
    .toString(16)
    .padStart(16, '0')}\nCapBnd:\t0\n`

test.each([
  ['all of BPF and network', [12, 38, 39], []],
  ['CAP_SYS_ADMIN in place of the two of BPF', [12, 21], []],
  ['no network', [21], ['CAP_NET_ADMIN']],
  ['nothing', [], ['CAP_NET_ADMIN', 'CAP_PERFMON', 'CAP_BPF']],
])('%s', (_what, capabilities, missing) => {
  expect(missingCapabilities(status(...capabilities)).map((line) => line.split(' ')[0])).toEqual(missing)
})
