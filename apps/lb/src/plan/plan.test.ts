import { expect, test } from '@jest/globals'
import { parseConfig } from '../config/load.ts'
import { sizingFor } from '@skep/lb-engine'
import { formatBytes, formatPlan } from './format.ts'
import { planInstall } from './plan.ts'

const asked = {
  services: 100,
  backends: 1000,
  connections: 100_000,
  records: 50_000,
  sourceRanges: 400,
  rateLimitedClients: 2000,
}
const plan = planInstall(asked, 4)

test('every map of the object is there, and its size follows what decides it', () => {
  const by = (map: string) => plan.maps.find((one) => one.map === map)!
  expect(plan.maps.map(({ map }) => map).toSorted()).toEqual(
    expect.arrayContaining(['members', 'nat_entries', 'rings']),
  )
  expect(by('members')).toMatchObject({ entries: 1251, bytesEach: 32, bytes: 1251 * 32, setBy: ['backends'] })
  expect(by('member_counters')).toMatchObject({ entries: 1251, bytesEach: 4 * 16 })
  expect(by('nat_entries')).toMatchObject({ entries: 262_144, setBy: ['connections'] })
  expect(by('records').setBy).toEqual(['records'])
  expect(by('ranges').setBy).toEqual(['sourceRanges'])
  expect(by('rates').setBy).toEqual(['rateLimitedClients'])
  expect(by('rings').setBy).toEqual(['services', 'backends'])
  expect(by('verdict_counters').setBy).toEqual([])
})

test('the capacity it says is accepted, and makes what it planned', () => {
  const text = formatPlan(plan, 'table')
  const [, capacity] = /(capacity: \{.*\})$/.exec(text) ?? []
  const config = parseConfig(
    'lb.yaml',
    `apiVersion: skep.dev/v1\nkind: LoadBalancer\nspec: { devices: [eth0], services: [], ${capacity} }`,
  )
  expect(config.capacity).toEqual({ ...asked, services: 125, backends: 1250, sourceRanges: 500, fragments: 4096 })
  const counted = plan.maps.filter(({ type }) => !type.startsWith('percpu')).reduce((sum, { bytes }) => sum + bytes, 0)
  // It leaves out what is a few kilobytes, whatever is asked for.
  expect(counted - sizingFor(config).bytes).toBeGreaterThanOrEqual(0)
  expect(counted - sizingFor(config).bytes).toBeLessThan(16 * 1024)
})

test('sizes for people', () => {
  expect([0, 1023, 1024, 1536, 10 * 2 ** 20, 3 * 2 ** 30].map(formatBytes)).toEqual([
    '0 B',
    '1023 B',
    '1.0 KB',
    '1.5 KB',
    '10 MB',
    '3.0 GB',
  ])
})

test('as a document for programs', () => {
  expect(JSON.parse(formatPlan(plan, 'json'))).toMatchObject({ bytes: plan.bytes, capacity: { services: 125 } })
})
