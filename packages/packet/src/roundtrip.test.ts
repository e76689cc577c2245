import { describe, expect, test } from '@jest/globals'
import * as fc from 'fast-check'
import { build, dissect, trailer } from './index.ts'
import { brokenPackets, packets } from './test/arbitrary.ts'

const anyBytes = fc.oneof(fc.uint8Array({ maxLength: 200 }), brokenPackets)

describe('what is built', () => {
  test('reads back as it was given, with right lengths and checksums', () => {
    fc.assert(
      fc.property(packets, ({ layers, payload }) => {
        const packet = dissect(build(...layers, payload))
        expect(packet.trouble).toBeUndefined()
        expect(packet.layers).toHaveLength(layers.length)
        for (const [i, layer] of layers.entries())
          expect(withoutPadding(packet.layers[i])).toMatchObject(withoutPadding(layer))
        expect(packet.payload).toEqual(payload)
      }),
    )
  })
})

describe('any bytes', () => {
  test('are taken apart without an exception, and built again from the parts', () => {
    fc.assert(
      fc.property(anyBytes, (bytes) => {
        const packet = dissect(bytes)
        expect(build(...packet.layers, packet.payload, trailer(packet.trailer))).toEqual(bytes)
      }),
    )
  })

  test('are taken apart as IP too', () => {
    fc.assert(
      fc.property(anyBytes, (bytes) => {
        const packet = dissect(bytes.subarray(14), { link: 'ip' })
        expect(build(...packet.layers, packet.payload, trailer(packet.trailer))).toEqual(bytes.subarray(14))
      }),
    )
  })

  test('are read only within their bounds', () => {
    fc.assert(
      fc.property(anyBytes, (bytes) => {
        expect(within(bytes, 0)).toEqual(within(bytes, 0xff))
      }),
    )
  })
})

/** What is read of bytes that lie inside a larger buffer. */
function within(bytes: Uint8Array, surroundings: number): unknown {
  const buffer = new Uint8Array(bytes.length + 200).fill(surroundings)
  buffer.set(bytes, 100)
  const { layers, troubles, payload, quote } = dissect(buffer.subarray(100, 100 + bytes.length))
  return { layers, troubles, payload: payload.slice(), quoted: quote?.layers }
}

/** IPv6 options without the padding that the builder adds. */
function withoutPadding(layer: object | undefined): object {
  if (layer === undefined || !('options' in layer) || !('kind' in layer)) return layer ?? {}
  if (layer.kind !== 'hopByHop' && layer.kind !== 'destinationOptions') return layer
  const options = Array.isArray(layer.options) ? layer.options.filter(({ type }: { type: number }) => type > 1) : []
  return { ...layer, options }
}
