import { expect, test } from '@jest/globals'
import {
  memberCodec,
  ringLineCodec,
  serviceBucket4Codec,
  serviceBucket6Codec,
  serviceCodec,
  sourceCodec,
  memberLineCodec,
} from '@skep/datapath/lb-xdp'
import { sizes, testKey } from '../test/maps.ts'
import { parseWords } from './address.ts'
import { findKey } from './lookup.ts'
import { serviceKey } from './key.ts'
import { entryBytes, type LbMaps, memoryMaps, type TableName } from './maps.ts'
import { ServiceMaps } from './reconcile.ts'
import type { Desired } from './service.ts'

const desired: Desired = {
  services: [
    {
      name: 'web',
      frontends: [{ address: '10.0.0.1', port: 80, protocol: 'TCP' }],
      backends: [{ address: '172.16.0.9', port: 8080 }],
    },
    {
      name: 'dns',
      frontends: [{ address: '2001:db8::5', port: 53, protocol: 'UDP' }],
      backends: [{ address: 'fd00:1::9', port: 5353 }],
    },
  ],
  sources: new Map([
    ['172.16.0.9', '192.168.0.1'],
    ['fd00:1::9', 'fd00::1'],
  ]),
}

/** What the codecs that are generated from the object's BTF read where this package wrote words. */
test('the generated codecs read what is written', () => {
  const maps = memoryMaps(sizes, testKey)
  const services = ServiceMaps.adopt(maps)
  services.reconcile(desired)

  expect(serviceCodec.read(entry(maps, 'services', 1), 0)).toEqual({
    ring: expect.any(Number),
    members: 0,
    address: [0x0a000001, 0, 0, 0],
    port: 80,
    protocol: 6,
    family: 2,
    flags: 0,
    generation: 1,
    records: 0,
    recordIdle: 900,
    limit: 0n,
    ranges: 0,
  })
  expect(serviceCodec.read(entry(maps, 'services', 2), 0)).toMatchObject({
    members: 1,
    address: [0x20010db8, 0, 0, 5],
    port: 53,
    protocol: 17,
    family: 10,
  })
  expect(memberCodec.read(entry(maps, 'members', 1), 0)).toEqual({
    address: [0xac100009, 0, 0, 0],
    port: 8080,
    family: 2,
    used: 1,
    source: 1,
    service: 1,
    hop: 0,
  })
  expect(memberCodec.read(entry(maps, 'members', 2), 0)).toMatchObject({
    family: 10,
    port: 5353,
    source: 2,
    service: 2,
  })
  expect(sourceCodec.read(entry(maps, 'sources', 1), 0)).toEqual({ address: [0xc0a80001, 0, 0, 0] })
  expect(memberLineCodec.read(entry(maps, 'memberIds', 0), 0).ids.slice(0, 2)).toEqual([1, 0])
  const { ring } = serviceCodec.read(entry(maps, 'services', 1), 0)
  expect(ring & 31).toBe(10)
  expect(ringLineCodec.read(entry(maps, 'rings', ring >>> 5), 0).slots).toEqual(Array.from({ length: 32 }, () => 0))
})

test('a bucket reads as a key and the service it leads to', () => {
  const maps = memoryMaps(sizes, testKey)
  const services = ServiceMaps.adopt(maps)
  services.reconcile(desired)
  const words = new Uint32Array(4)

  parseWords('10.0.0.1', words, 0)
  const four = findKey(maps, services.actual.hasher, serviceKey(2, words, 80, 6))!
  const bucket4 = serviceBucket4Codec.read(entry(maps, 'services4', four.place >>> 2), 0)
  expect(bucket4.keys[four.place & 3]).toEqual({ address: 0x0a000001, port: 80, protocol: 6, used: 1 })
  expect(bucket4.services[four.place & 3]).toBe(1)

  parseWords('2001:db8::5', words, 0)
  const six = findKey(maps, services.actual.hasher, serviceKey(10, words, 53, 17))!
  const bucket6 = serviceBucket6Codec.read(entry(maps, 'services6', six.place >>> 1), 0)
  expect(bucket6.tails[six.place & 1]).toEqual({ service: 2, port: 53, protocol: 17, used: 1 })
  expect(bucket6.addresses[six.place & 1]).toEqual({ words: [0x20010db8, 0, 0, 5] })
  expect([bucket4.overflow, bucket6.overflow]).toEqual([0, 0])
})

function entry(maps: LbMaps, table: TableName, index: number): DataView {
  return new DataView(maps[table].words.buffer, index * entryBytes[table], entryBytes[table])
}
