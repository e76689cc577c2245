import { readFileSync } from 'node:fs'
import { expect, test } from '@jest/globals'
import { verdictsByIndex } from '@skep/datapath'
import { memoryMaps, ServiceMaps, sizeMaps } from '@skep/lb-maps'
import { parse, stringify } from 'yaml'
import { parseConfig } from '../src/config/load.ts'
import { actualGauges, fragmentGauge, natGauges, programConfig, rateGauge } from '@skep/lb-engine'
import { parseDecapConfig } from '../src/decap/load.ts'
import { probeGauges } from '../src/health/probe-path/gauges.ts'
import { roomOf } from '../src/health/probe-path/room.ts'
import { tableLabel } from '../src/metrics/fixed.ts'
import { blocksOf, commandLines, understood } from './command-lines.ts'

const page = readFileSync(new URL('../../../docs/load-balancer.md', import.meta.url), 'utf8')
const blocks = blocksOf(page)
const configurations = blocks.filter(({ language }) => language === 'yaml').map(({ text }) => text)
const empty = 'apiVersion: skep.dev/v1\nkind: LoadBalancer\nspec: { devices: [eth0], services: [] }\n'

/** A part, `spec:` with what the text is about, becomes a whole. */
function whole(text: string): string {
  const document = parse(text) as { kind?: string; spec: object }
  if (document.kind !== undefined) return text
  const base = parse(empty) as { spec: object }
  return stringify({ ...base, spec: { ...base.spec, ...document.spec } })
}

test('there is something to look at', () => {
  expect(configurations.length).toBeGreaterThan(4)
  expect(commandLines(blocks).length).toBeGreaterThan(15)
})

test.each(configurations)('this configuration is valid:\n%s', (text) => {
  const read = text.includes('kind: Decap') ? parseDecapConfig : parseConfig
  expect(() => read('docs/load-balancer.md', whole(text))).not.toThrow()
})

test('examples/dsr.yaml is valid', () => {
  const text = readFileSync(new URL('../../../examples/dsr.yaml', import.meta.url), 'utf8')
  expect(parseConfig('dsr.yaml', text)).toMatchObject({ mode: 'dsr', services: [{}, { mode: 'snat' }, { quic: true }] })
})

test.each(commandLines(blocks))('%s is understood', (line) => {
  expect(understood(line)).toHaveLength(1)
})

test('every gauge is there, under both of its names', () => {
  const maps = memoryMaps(sizeMaps().tables, { key0: 1n, key1: 2n })
  const { actual } = ServiceMaps.adopt(maps)
  const none = { opening: 0, established: 0, closing: 0, closed: 0, live: 0, size: 1, fullestLine: 0, mostPorts: 0 }
  const ofPackets = [
    fragmentGauge({ used: 0, size: 1 }),
    ...natGauges(none, programConfig(parseConfig('lb.yaml', empty), 100)),
  ]
  const ofProbes = probeGauges(roomOf([], 1))
  const gauges = [...actualGauges(actual), rateGauge(maps), ...ofPackets, ...ofProbes]
  const missing = gauges.filter((gauge) => !page.includes(`| \`${gauge.name}\` | \`${tableLabel(gauge)}\` |`))
  expect(missing.map(({ name }) => name)).toEqual([])
})

test('every alert is there', () => {
  const rules = readFileSync(new URL('../../../deploy/prometheus/skep-lb.rules.yml', import.meta.url), 'utf8')
  const alerts = [...rules.matchAll(/alert: (\w+)/g)].map(([, name]) => name!)
  expect(alerts.length).toBeGreaterThan(5)
  expect(alerts.filter((name) => !page.includes(`| \`${name}\` |`))).toEqual([])
})

test('what it says of packets are outcomes that exist', () => {
  const known = new Set<string | undefined>(verdictsByIndex.map((verdict) => verdict?.name))
  const named = [...page.matchAll(/\b(?:PASS|STACK|REPLY|DROP|TX|REDIRECT)_[A-Z_]*[A-Z]\b/g)].map(([name]) => name)
  expect(named.length).toBeGreaterThan(5)
  expect(named.filter((name) => !known.has(name))).toEqual([])
})
