import { expect, test } from '@jest/globals'
import { describeWith } from '../testing/needs.ts'
import { createMap } from './create.ts'
import { RingBufferMap } from './ring-buffer-map.ts'
import { MAP_FLAGS } from './types.ts'

describeWith(['root'], 'createMap', () => {
  test('makes what was asked for', () => {
    using handle = createMap({
      type: 'lpm_trie',
      name: 'prefixes',
      keySize: 8,
      valueSize: 12,
      maxEntries: 9,
      flags: MAP_FLAGS.noPrealloc,
    })
    expect(handle.info).toMatchObject({ type: 'lpm_trie', name: 'prefixes', keySize: 8, valueSize: 12, maxEntries: 9 })
  })

  test('a ring buffer has neither keys nor values', () => {
    using map = new RingBufferMap(createMap({ type: 'ringbuf', name: 'ring', maxEntries: 1 << 16 }))
    expect(map.info()).toMatchObject({ type: 'ringbuf', keySize: 0, valueSize: 0, maxEntries: 1 << 16 })
  })

  test('a refusal shows the shape', () => {
    expect(() => createMap({ type: 'hash', name: 'none', maxEntries: 0 })).toThrow(
      'createMap: hash map "none" (key 4, value 4, entries 0, flags 0): EINVAL',
    )
    expect(() => createMap({ type: 'hash', name: 'much too long a name', maxEntries: 1 })).toThrow('at most 15 letters')
    expect(() => createMap({ type: 'hash', maxEntries: -1 })).toThrow('maxEntries is -1; it must be a whole number')
    expect(() => createMap({ type: 'hsah' as never, maxEntries: 1 })).toThrow(
      "type 'hsah' is not known; there are hash,",
    )
  })

  test('a map of another type is no ring buffer', () => {
    using handle = createMap({ type: 'hash', maxEntries: 1 })
    expect(() => new RingBufferMap(handle)).toThrow('is of type hash, not ringbuf')
  })
})
