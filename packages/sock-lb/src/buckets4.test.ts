import { expect } from '@jest/globals'
import { type SockFrontend, sockBucket4Codec } from '@skep/datapath/sock-lb'
import { hashWords } from '@skep/lb-maps'
import { needing, needs } from '@skep/testbed'
import * as fc from 'fast-check'
import { ArrayMap, createMap, MAP_FLAGS } from 'libbpf-ts'
import { Buckets4 } from './buckets4.ts'
import { keyOf } from './key.ts'

const { test } = needing(needs.root, needs.bpf)

const BUCKETS = 4
const texts = Array.from({ length: 18 }, (_, i) => `${i % 2 ? 'TCP' : 'UDP'} 10.96.0.${i >> 1} ${80 + (i % 3)}`)

/** Of `TCP 10.96.0.1 80` the word that the program looks for, little-endian. */
function wordOf(text: string): bigint {
  const { address, port, protocol } = keyOf(text)
  const view = new DataView(new ArrayBuffer(8))
  view.setUint32(0, address[3]!)
  view.setUint16(4, port)
  view.setUint8(6, protocol)
  view.setUint8(7, 1)
  return view.getBigUint64(0, true)
}

/** What `look_up` of the program finds; `all`: it has to look among all of them. */
function lookUp(
  map: ArrayMap<ReturnType<typeof sockBucket4Codec.read>>,
  text: string,
): SockFrontend | 'all' | undefined {
  const { address, port, protocol } = keyOf(text)
  const bucket = map.get(Number(hashWords(0n, [wordOf(text)]) & BigInt(BUCKETS - 1)))!
  const place = bucket.keys.findIndex((key) => {
    return key.used === 1 && key.address === address[3] && key.port === port && key.protocol === protocol
  })
  return bucket.frontends[place] ?? (bucket.overflow ? 'all' : undefined)
}

const anyStep = fc.record({
  verb: fc.constantFrom('set', 'set', 'delete', 'sync'),
  text: fc.constantFrom(...texts),
  service: fc.integer({ min: 0, max: 0xffffffff }),
})

test('whoever looks finds each frontend with its own service, or is told to look among all; a stranger finds none', () => {
  fc.assert(
    fc.property(fc.array(anyStep, { maxLength: 60 }), (steps) => {
      using map = new ArrayMap(
        createMap({ type: 'array', name: 'buckets', valueSize: 64, maxEntries: BUCKETS, flags: MAP_FLAGS.mmapable }),
        { value: sockBucket4Codec },
      )
      using buckets = new Buckets4(map)
      const model = new Map<string, SockFrontend>()
      for (const { verb, text, service } of steps) {
        const frontend = { service, flags: service & 1 }
        if (verb === 'set') {
          model.set(text, frontend)
          buckets.set(keyOf(text), frontend)
        } else if (verb === 'delete') {
          model.delete(text)
          buckets.delete(keyOf(text))
        } else {
          // What another control plane has left undone.
          model.delete(text)
          buckets.sync([...model].map(([known, value]) => [keyOf(known), value] as const))
        }
        for (const one of texts) {
          const found = lookUp(map, one)
          if (found !== 'all') expect(found).toEqual(model.get(one))
        }
      }
    }),
  )
})

test('IPv6 frontends are none of theirs', () => {
  using map = new ArrayMap(
    createMap({ type: 'array', name: 'buckets', valueSize: 64, maxEntries: 1, flags: MAP_FLAGS.mmapable }),
    { value: sockBucket4Codec },
  )
  using buckets = new Buckets4(map)
  for (let i = 0; i < 9; i++) buckets.set(keyOf(`TCP fd00:96::${i} 80`), { service: i, flags: 0 })
  expect(map.get(0)).toMatchObject({ overflow: 0, keys: [{ used: 0 }, { used: 0 }, { used: 0 }] })
})
