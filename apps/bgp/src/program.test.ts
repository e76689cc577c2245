import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, expect, jest, test } from '@jest/globals'
import { serve } from './control.ts'
import { Daemon } from './daemon.ts'
import { program } from './program.ts'
import { age } from './tables.ts'

const text = `apiVersion: skep.dev/v1
kind: BGP
spec:
  asn: 65001
  routerId: 10.0.0.1
  peers: [{ name: tor-1, address: 192.0.2.1, asn: 65000, passive: true }]
  announce:
    - { prefixes: [198.51.100.0/24], reason: the office, med: 5, communities: [no-export, "rt:65001:7"] }
`

let folder: string
let file: string
let said: string[]

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'skep-bgp-'))
  file = join(folder, 'bgp.yaml')
  writeFileSync(file, text)
  said = []
  jest.spyOn(console, 'log').mockImplementation((line: string) => void said.push(line))
})

afterEach(() => {
  jest.restoreAllMocks()
  rmSync(folder, { recursive: true, force: true })
})

/** What a command prints. */
async function command(...words: string[]): Promise<string> {
  said.length = 0
  await program('0').parseAsync(['node', 'skep-bgp', '--socket', join(folder, 'sock'), ...words])
  return said.join('\n')
}

function daemonOf(): Daemon {
  return new Daemon({ file, nodeLabels: {}, restarting: false, onEvent: () => undefined })
}

test('peers, routes and why they are not announced are told by the running speaker', async () => {
  using daemon = daemonOf()
  await using _server = await serve({ daemon, peers: () => daemon.speaker.peers() }, join(folder, 'sock'))
  daemon.start()
  expect(await command('peers')).toMatch(
    /^PEER .*\ntor-1 {2}192\.0\.2\.1 {2}65000 {2}active {2}\d+s {3}- {4}0 {11}0 {9}0 {6}-$/,
  )
  expect(JSON.parse(await command('peers', '--json'))).toMatchObject([
    { name: 'tor-1', state: 'active', advertised: { ipv4: 0 } },
  ])
  expect(await command('routes')).toMatch(
    /198\.51\.100\.0\/24 +configured +the office +0\/1 +med 5, communities no-export/,
  )
  expect(await command('routes', '198.51.100.0/24', '--explain')).toBe(
    '198.51.100.0/24  configured: the office  med 5, communities no-export, extendedCommunities rt:65001:7\n' +
      '  withheld from tor-1: the session is not up: active',
  )
  expect(await command('routes', '203.0.113.0/24')).toBe('203.0.113.0/24: nobody announces it')
  expect(JSON.parse(await command('routes', '--json'))).toMatchObject([{ attributes: { communities: ['no-export'] } }])
  await expect(command('received', 'tor-9')).rejects.toThrow('no peer is called "tor-9"; there are tor-1')
})

test('diff tells what a file would change, of what runs or of nothing; a wrong file changes nothing', async () => {
  expect(await command('diff', '-f', file)).toBe(
    '+ peer tor-1\n+ 198.51.100.0/24 to tor-1: MED 5, communities no-export rt:65001:7',
  )
  using daemon = daemonOf()
  await using _server = await serve({ daemon, peers: () => daemon.speaker.peers() }, join(folder, 'sock'))
  daemon.start()
  expect(await command('diff', '-f', file)).toBe('nothing would change')
  const other = join(folder, 'other.yaml')
  writeFileSync(other, text.replace('198.51.100.0/24', '203.0.113.0/24'))
  expect(await command('diff', '-f', other)).toMatch(
    /^- 198\.51\.100\.0\/24 to tor-1.*\n\+ 203\.0\.113\.0\/24 to tor-1/,
  )
  writeFileSync(file, text.replace('65000', 'x'))
  expect(() => daemon.reload()).toThrow('bgp.yaml:6:51: spec.peers[0].asn: "x" is not an AS number')
  expect(await command('peers')).toContain('tor-1')
  writeFileSync(file, text.replace('tor-1', 'tor-2'))
  daemon.reload()
  expect(await command('peers')).toContain('tor-2')
  writeFileSync(file, text.replace('asn: 65001', 'asn: 65002'))
  expect(() => daemon.reload()).toThrow('asn, routerId and listen are those that it was started with')
})

test('where no speaker runs, that is said', async () => {
  await expect(command('peers')).rejects.toThrow('(ENOENT); start one with: skep-bgp run -f bgp.yaml')
})

test('MetalLB’s format says no router id', () => {
  writeFileSync(file, 'peers: [{ my-asn: 65001, peer-asn: 65000, peer-address: 192.0.2.1 }]')
  expect(daemonOf).toThrow('has no router id; give one with --router-id, like 10.0.0.1')
})

test.each([
  [0, '0s'],
  [59_000, '59s'],
  [310_000, '5m10s'],
  [90_061_000, '1d1h'],
])('%d ms is %s', (ms, right) => {
  expect(age(ms)).toBe(right)
})
