import { expect, test } from '@jest/globals'
import { diffBgpConfig, formatDiff } from './diff.ts'
import { parseBgpConfig } from './load.ts'

function config(peers: string, announce: string): ReturnType<typeof parseBgpConfig> {
  return parseBgpConfig(
    'bgp.yaml',
    `apiVersion: skep.dev/v1
kind: BGP
spec: { asn: 65001, routerId: 10.0.0.1, peers: [${peers}], announce: [${announce}] }
`,
  )
}

const one = '{ name: tor-1, address: 10.0.0.254, asn: 65000 }'
const two = '{ name: tor-2, address: 10.0.1.254, asn: 65000, families: [ipv4] }'
const web = '{ prefixes: [192.0.2.10/32, "2001:db8::10/128"], med: 5 }'

function changes(before: [string, string] | undefined, after: [string, string], labels = {}): string[] {
  return formatDiff(diffBgpConfig(before && config(...before), config(...after), labels))
}

test('what would be announced to whom', () => {
  expect(changes(undefined, [`${one}, ${two}`, web])).toEqual([
    '+ peer tor-1',
    '+ peer tor-2',
    '+ 192.0.2.10/32 to tor-1: MED 5',
    '+ 2001:db8::10/128 to tor-1: MED 5',
    '+ 192.0.2.10/32 to tor-2: MED 5',
  ])
})

test('nothing changes where all is the same', () => {
  expect(changes([one, web], [one, web])).toEqual([])
})

test('routes that change or go, and a session that has to begin anew', () => {
  const slower = one.replace('asn: 65000', 'asn: 65000, holdTime: 30')
  const other = '{ prefixes: [192.0.2.10/32], communities: [no-export, "65001:1:2"] }'
  expect(changes([one, web], [slower, other])).toEqual([
    '~ peer tor-1: its session begins anew (holdTime)',
    '~ 192.0.2.10/32 to tor-1: MED 5 → communities no-export 65001:1:2',
    '- 2001:db8::10/128 to tor-1: MED 5',
  ])
})

test('selectors of peers and nodes count', () => {
  const onlyTwo = '{ prefixes: [192.0.2.10/32], peers: [tor-2], nodeSelectors: [{ matchLabels: { zone: a } }] }'
  expect(changes([`${one}, ${two}`, ''], [`${one}, ${two}`, onlyTwo], { zone: 'a' })).toEqual([
    '+ 192.0.2.10/32 to tor-2',
  ])
  expect(changes([`${one}, ${two}`, ''], [`${one}, ${two}`, onlyTwo], { zone: 'b' })).toEqual([])
  const elsewhere = one.replace('asn', 'nodeSelectors: [{ matchLabels: { zone: b } }], asn')
  expect(changes([one, web], [elsewhere, web], { zone: 'a' })[0]).toBe('- peer tor-1')
})
