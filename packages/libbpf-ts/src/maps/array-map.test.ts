import { setImmediate } from 'node:timers/promises'
import { expect, test } from '@jest/globals'
import { u32 } from '../codec-scalars.ts'
import { openHandles } from '../leaks.ts'
import { loadTestObject } from '../testing/load.ts'
import { bpftool, describeWith } from '../testing/needs.ts'
import { ArrayMap } from './array-map.ts'
import { createMap } from './create.ts'
import { MAP_FLAGS } from './types.ts'

function mappable(maxEntries: number): ArrayMap<number> {
  const handle = createMap({ type: 'array', name: 'numbers', maxEntries, flags: MAP_FLAGS.mmapable })
  return new ArrayMap(handle, { value: u32 })
}

describeWith(['root', 'bpftool'], 'a mapped array', () => {
  test('is the map: written there, read here, and the other way round', () => {
    using loaded = loadTestObject('maps.bpf.o')
    const map = new ArrayMap(loaded.handle('numbers'), { value: u32 })
    using memory = map.mmap()
    expect(memory.elementSize).toBe(8)
    expect(memory.buffer.byteLength).toBe(8 * 1000)
    const words = new Uint32Array(memory.buffer)
    Atomics.store(words, 2 * 999, 4711)
    expect(map.get(999)).toBe(4711)
    const dumped = bpftool('map', 'dump', 'id', String(map.info().id)) as { formatted: { value: number } }[]
    expect(dumped[999]?.formatted.value).toBe(4711)
    map.set(0, 17)
    expect(words[0]).toBe(17)
  })

  test('a part of it is mapped by itself', () => {
    using map = mappable(1 << 14)
    using memory = map.mmap({ from: 1 << 13, count: 10 })
    const words = new Uint32Array(memory.buffer)
    expect(words).toHaveLength(2 * 10)
    words[2 * 3] = 4711
    expect(map.get((1 << 13) + 3)).toBe(4711)
    using rest = map.mmap({ from: 1 << 13 })
    expect(rest.buffer.byteLength).toBe(8 * (1 << 13))
    expect(() => map.mmap({ count: 1.5 })).toThrow('has 16384 elements, not 1.5 from 0 on')
    expect(() => map.mmap({ from: 1 })).toThrow('map "numbers": EINVAL')
    expect(() => map.mmap({ from: 1 << 13, count: 1 + (1 << 13) })).toThrow(
      'map "numbers" has 16384 elements, not 8193 from 8192 on',
    )
  })

  test('after disposal every view is empty, and nothing is listed as open', () => {
    const before = openHandles().length
    using map = mappable(512)
    const memory = map.mmap()
    const words = new Uint32Array(memory.buffer)
    words[0] = 1
    memory.close()
    memory.close()
    expect([words.length, memory.buffer.byteLength]).toEqual([0, 0])
    expect(openHandles()).toHaveLength(before + 1)
    expect(map.get(0)).toBe(1)
  })

  test('outlives the fd of its map', () => {
    const map = mappable(16)
    using memory = map.mmap()
    map.close()
    const words = new Uint32Array(memory.buffer)
    words[30] = 5
    expect(words[30]).toBe(5)
  })

  test('a map that is mapped cannot be frozen, a moment later it can', () => {
    using map = mappable(16)
    {
      using _memory = map.mmap()
      expect(() => map.freeze()).toThrow('EBUSY')
    }
    map.freeze()
    expect(() => map.mmap()).toThrow('EPERM; the map is frozen')
  })

  test('a buffer that was given away is unmapped by its new owner', async () => {
    using map = mappable(16)
    const memory = map.mmap()
    const moved = memory.buffer.transfer()
    memory.close()
    new Uint8Array(moved)[0] = 9
    expect(map.get(0)).toBe(9)
    moved.transfer(0)
    await setImmediate()
    map.freeze()
  })

  test('many mappings come and go', () => {
    using map = mappable(1 << 16)
    for (let round = 0; round < 500; round++) {
      using memory = map.mmap()
      new Uint32Array(memory.buffer)[0] = round
    }
    expect(map.get(0)).toBe(499)
  })

  test('a map without BPF_F_MMAPABLE is refused', () => {
    using map = new ArrayMap(createMap({ type: 'array', name: 'plain', maxEntries: 1 }), { value: u32 })
    expect(() => map.mmap()).toThrow('map "plain" has no BPF_F_MMAPABLE')
  })
})

describeWith(['root'], 'an array', () => {
  test('has all its elements, and beyond them none', () => {
    using map = mappable(10)
    expect(map).toHaveLength(10)
    expect(map.get(9)).toBe(0)
    expect(map.get(10)).toBeUndefined()
    expect(() => map.set(10, 1)).toThrow('map "numbers", key 10: E2BIG')
    expect(() => map.delete(1)).toThrow('EINVAL')
  })
})
