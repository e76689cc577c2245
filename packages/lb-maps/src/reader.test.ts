import { expect, test } from '@jest/globals'
import { sizes, testKey } from '../test/maps.ts'
import { memoryMaps } from './maps.ts'
import { readMember, readMembers, readService, readServices, readSource, readSources } from './reader.ts'
import { ServiceMaps } from './reconcile.ts'
import type { Desired } from './service.ts'

const backends = [
  { address: '172.16.0.1', port: 8080 },
  { address: '172.16.0.2', port: 8081, weight: 3 },
  { address: '172.16.0.3', port: 8080, weight: 0 },
]
const six = { address: 'fd00::1', port: 53 }
const desired: Desired = {
  services: [
    { name: 'web', frontends: [{ address: '10.0.0.1', port: 80, protocol: 'TCP' }], backends },
    { name: 'dns', frontends: [{ address: '2001:db8::1', port: 53, protocol: 'UDP' }], backends: [six] },
    { name: 'none', frontends: [{ address: '10.0.0.2', port: 80, protocol: 'TCP' }], backends: [] },
  ],
  sources: new Map([...backends.map(({ address }): [string, string] => [address, '10.0.0.9']), ['fd00::1', 'fd00::9']]),
}

function loaded() {
  const services = ServiceMaps.adopt(memoryMaps(sizes, testKey))
  services.reconcile(desired)
  return services.maps
}

test('services come back as they were written', () => {
  const found = [...readServices(loaded())]
  expect(found.map(({ address, port, protocol, slots }) => [address, port, protocol, slots])).toEqual([
    ['10.0.0.1', 80, 6, 1024],
    ['2001:db8::1', 53, 17, 1024],
    ['10.0.0.2', 80, 6, 0],
  ])
  expect(readService(loaded(), 0)).toBeUndefined()
  expect(readService(loaded(), sizes.services)).toBeUndefined()
})

test('members with their slots, also one without any', () => {
  const maps = loaded()
  const [web, dns, none] = [...readServices(maps)]
  const members = readMembers(maps, web!.id)
  expect(members.map(({ address, port, source }) => [address, port, source])).toEqual(
    backends.map(({ address, port }) => [address, port, '10.0.0.9']),
  )
  const slots = members.map((member) => member.slots)
  expect(slots[0]! + slots[1]!).toBe(1024)
  expect(slots[1]! / slots[0]!).toBeCloseTo(3, 0)
  expect(slots[2]).toBe(0)
  expect(readMembers(maps, dns!.id)).toMatchObject([{ address: 'fd00::1', port: 53, slots: 1024, service: dns!.id }])
  expect(readMembers(maps, none!.id)).toEqual([])
  expect(readMember(maps, members[1]!.id)).toMatchObject({ address: '172.16.0.2', port: 8081 })
  expect(readMember(maps, 0)).toBeUndefined()
})

test('own addresses', () => {
  expect(readSources(loaded())).toEqual(['10.0.0.9', 'fd00::9'])
  expect(readSource(loaded(), 0)).toBeUndefined()
})

test('after a service is gone, neither it nor its members are read', () => {
  const services = ServiceMaps.adopt(memoryMaps(sizes, testKey))
  services.reconcile(desired)
  const members = readMembers(services.maps, 1)
  services.reconcile({ ...desired, services: desired.services.slice(1) })
  expect([...readServices(services.maps)].map(({ address }) => address)).toEqual(['2001:db8::1', '10.0.0.2'])
  expect(members.map(({ id }) => readMember(services.maps, id))).toEqual([undefined, undefined, undefined])
})
