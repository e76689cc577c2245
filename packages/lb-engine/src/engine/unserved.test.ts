import { expect, test } from '@jest/globals'
import { defaultCapacities, memoryMaps, type Service, ServiceMaps, sizeMaps } from '@skep/lb-maps'
import { unservedFrontends } from './unserved.ts'

const { tables } = sizeMaps({ ...defaultCapacities, services: 2, backends: 8 })
const sources = new Map([['10.1.0.11', '10.1.0.1']])

function service(name: string, address: string, weight = 1): Service {
  return {
    name,
    frontends: [{ address, port: 80, protocol: 'TCP' }],
    backends: [{ address: '10.1.0.11', port: 80, weight }],
  }
}

test('what found no place is told with the reason, until it has one; what is there is not', () => {
  const maps = memoryMaps(tables, { key0: 1n, key1: 2n })
  const kept = ServiceMaps.adopt(maps)
  const services = [service('a', '192.0.2.1'), service('b', '192.0.2.2'), service('c', '192.0.2.3')]
  const lacking = (): Map<string, string> => {
    const { problems } = kept.reconcile({ services, sources })
    const full = new Map(problems.map(({ path, message }) => [path, message]))
    return unservedFrontends({ services }, maps, (frontend) => full.get(frontend))
  }
  expect([...lacking()]).toEqual([
    ['192.0.2.3:80/TCP', expect.stringContaining('no room for the service: 2 of 2 services')],
  ])
  services.shift()
  expect([...lacking()]).toEqual([])
})

test('after a failure all are looked at: those that are not there, and those without a backend', () => {
  const maps = memoryMaps(tables, { key0: 1n, key1: 2n })
  const there = [service('a', '192.0.2.1'), service('b', '192.0.2.2', 0)]
  ServiceMaps.adopt(maps).reconcile({ services: there, sources })
  const services = [...there, service('c', '192.0.2.3')]
  expect([...unservedFrontends({ services }, maps, () => 'the write failed')]).toEqual([
    ['192.0.2.2:80/TCP', 'the write failed'],
    ['192.0.2.3:80/TCP', 'the write failed'],
  ])
})
