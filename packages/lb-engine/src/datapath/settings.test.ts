import { expect, test } from '@jest/globals'
import { defaultSettings } from '../model/defaults.ts'
import type { EngineSettings } from '../model/settings.ts'
import type { Finding } from '@skep/config-file'
import { fixedFindings, type Installed, restartFindings } from './installed.ts'
import { mapSizes, programConfig } from './settings.ts'

const config = (more: Partial<EngineSettings> = {}): EngineSettings => ({ ...defaultSettings, ...more })
const capacity = (more: Partial<EngineSettings['capacity']>): Partial<EngineSettings> => ({
  capacity: { ...defaultSettings.capacity, ...more },
})
const ports = (from: number, to: number): Partial<EngineSettings> => ({
  snat: { portRange: { from, to }, sources: [] },
})

const installed = (more: Partial<EngineSettings> = {}): Installed => {
  return { sizes: mapSizes(config(more)), program: programConfig(config(more), 250) }
}

test('masks fit the sizes, and times are in ticks', () => {
  const program = programConfig(config({ hashKey: '0123456789abcdef00000000000000ff' }), 250)
  const sizes = mapSizes(config())
  expect([program.services4Mask + 1, program.services6Mask + 1, program.natMask + 1]).toEqual([
    sizes['services4'],
    sizes['services6'],
    sizes['natFlows'],
  ])
  expect([program.hashKey0, program.hashKey1]).toEqual([0x0123456789abcdefn, 0xffn])
  expect([program.natPortMin, program.natPortMax]).toEqual([16384, 32767])
  expect([program.jiffiesPerSecond, program.timeoutOpening, program.timeoutOther]).toEqual([250, 15_000, 75_000])
})

test('a connection that is open lives as long as RFC 5382 and RFC 4787 ask', () => {
  const { timeoutEstablished, timeoutClosing, timeoutOther } = programConfig(config(), 1)
  expect(timeoutEstablished).toBeGreaterThanOrEqual(2 * 3600 + 4 * 60)
  expect(timeoutOther).toBeGreaterThanOrEqual(120)
  expect(timeoutClosing).toBeGreaterThan(0)
})

test('every size fits a u32, also at the largest capacities', () => {
  const sizes = mapSizes(config(capacity({ services: 1048576, backends: 4194304, connections: 16777216 })))
  for (const size of Object.values(sizes)) expect(size).toBeLessThan(2 ** 32)
})

const places = (findings: readonly Finding[]) => findings.map(({ path }) => path.join('.'))

test.each([
  [ports(20000, 30000), ['spec.snat.portRange']],
  [ports(20000, 40000), ['spec.snat.portRange']],
  [{ hashKey: 'ffffffffffffffffffffffffffffffff' }, ['spec.hashKey']],
  [capacity({ services: 99999 }), []],
  [ports(10000, 40000), []],
  [{ acceleration: 'generic' as const, snat: defaultSettings.snat }, []],
  [{}, []],
])('beside what is loaded, %j is fixed', (more, paths) => {
  expect(places(fixedFindings(installed(), config(more)))).toEqual(paths)
})

test.each([
  [capacity({ services: 99999 }), ['spec.capacity.services']],
  [capacity({ backends: 99999, connections: 999999 }), ['spec.capacity.backends', 'spec.capacity.connections']],
  [capacity({ records: 999999 }), ['spec.capacity.records']],
  [capacity({ sourceRanges: 99999 }), ['spec.capacity.sourceRanges']],
  [capacity({ rateLimitedClients: 99999 }), ['spec.capacity.rateLimitedClients']],
  [capacity({ fragments: 99999 }), ['spec.capacity.fragments']],
  [capacity({ services: 99, backends: 99, connections: 4096, records: 4096 }), []],
  [ports(10000, 40000), ['spec.snat.portRange']],
  [ports(20000, 30000), []],
])('%j takes a start', (more, paths) => {
  expect(places(restartFindings(installed(), config(more)))).toEqual(paths)
})

test('a start that was killed before its program was pinned fixes nothing', () => {
  expect(fixedFindings({ ...installed(), program: undefined }, config(ports(20000, 30000)))).toEqual([])
})

test('masks follow what is loaded, not what is asked for', () => {
  const sizes = { ...mapSizes(config()), services4: 16, natFlows: 32 }
  const { services4Mask, natMask } = programConfig(config(), 250, undefined, sizes)
  expect([services4Mask, natMask]).toEqual([15, 31])
})
