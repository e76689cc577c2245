import { existsSync } from 'node:fs'
import { expect, test } from '@jest/globals'
import { u32 } from '../codec-scalars.ts'
import { ArrayMap } from '../maps/array-map.ts'
import { createMap } from '../maps/create.ts'
import type { CreateMapOptions } from '../maps/create.ts'
import { MapHandle } from '../maps/map-handle.ts'
import { MAP_FLAGS } from '../maps/types.ts'
import { BpfMap } from '../maps/bpf-map.ts'
import { codeOf, errorOf } from '../testing/code.ts'
import { loadTestObject } from '../testing/load.ts'
import { describeWith } from '../testing/needs.ts'
import { pinFolder } from '../testing/runtime.ts'
import type { LoadedObject } from './loaded-object.ts'
import type { MapSpec } from './map-spec.ts'
import type { BpfObject } from './object.ts'

function spec(object: BpfObject, name: string): MapSpec {
  const found = object.maps.get(name)
  if (!found) throw new Error(`no map ${name}`)
  return found
}

/** Loads maps.bpf.o with one map pinned at, or taken from, a path. */
function withPin(name: string, path: string, change: (map: MapSpec) => void = () => {}): LoadedObject {
  return loadTestObject('maps.bpf.o', (object) => {
    const map = spec(object, name)
    map.pinPath = path
    change(map)
  })
}

function pinned(options: CreateMapOptions, path: string): void {
  using map = new BpfMap(createMap(options), { key: u32, value: u32 })
  map.pin(path)
}

const numbers = { type: 'array', name: 'numbers', maxEntries: 1000, flags: MAP_FLAGS.mmapable } as const

describeWith(['root'], 'pinned maps', () => {
  test('are taken over with what they hold', () => {
    using folder = pinFolder()
    const path = `${folder.path}/maps/numbers`
    {
      using loaded = withPin('numbers', path)
      new ArrayMap(loaded.handle('numbers'), { value: u32 }).set(3, 33)
    }
    using again = withPin('numbers', path)
    expect(new ArrayMap(again.handle('numbers'), { value: u32 }).get(3)).toBe(33)
    expect(again.handle('numbers').name).toBe('numbers')
  })

  test('are compared before anything is loaded', () => {
    using folder = pinFolder()
    const path = `${folder.path}/numbers`
    using _ = withPin('numbers', path)
    using handle = MapHandle.openPinned(path)
    loadTestObject('maps.bpf.o', (object) => {
      const map = spec(object, 'numbers')
      expect(map.differenceFrom({ handle })).toBeUndefined()
      map.maxEntries = 1001
      expect(map.differenceFrom({ handle })).toBe('max entries: declared 1001, found 1000')
    }).close()
  })

  test('of every kind are taken over', () => {
    using folder = pinFolder()
    const pinAll = (object: BpfObject): void => {
      for (const map of object.maps.values()) map.pinPath = `${folder.path}/${map.name}`
    }
    using first = loadTestObject('maps.bpf.o', pinAll)
    using second = loadTestObject('maps.bpf.o', pinAll)
    const ids = (loaded: LoadedObject): object =>
      Object.fromEntries([...loaded.handles].map(([name, handle]) => [name, handle.info.id]))
    expect(ids(second)).toEqual(ids(first))
  })

  test.each([
    ['value size', { ...numbers, valueSize: 8 }, 'value size: declared 4, found 8'],
    ['max entries', { ...numbers, maxEntries: 999 }, 'max entries: declared 1000, found 999'],
    ['flags', { ...numbers, flags: 0 }, 'flags: declared 1024, found 0'],
    ['type', { ...numbers, type: 'hash', flags: 0 }, 'type: declared array, found hash'],
    ['BTF that is not there', numbers, 'key: declared u32, found no BTF'],
  ] as const)('with another %s are refused', (_, options, difference) => {
    using folder = pinFolder()
    const path = `${folder.path}/numbers`
    if ('valueSize' in options) {
      using map = new BpfMap(createMap(options), { key: u32, value: { ...u32, size: 8 } })
      map.pin(path)
    } else pinned(options, path)
    const error = errorOf(() => withPin('numbers', path).close())
    expect(error).toMatchObject({ code: 'LAYOUT_MISMATCH', operation: 'object.load' })
    expect(error?.message).toContain(`map "numbers": the map pinned at ${path} differs in ${difference}`)
    expect(error?.log).toContain('declared: type array, key size 4, value size 4, max entries 1000')
  })

  test('of the same sizes with other types are refused', () => {
    using folder = pinFolder()
    const path = `${folder.path}/map`
    using gen = loadTestObject('gen.bpf.o', (object) => {
      for (const map of object.maps.values()) map.autocreate = map.name === 'counters'
      for (const program of object.programs.values()) program.autoload = false
      spec(object, 'counters').pinPath = path
    })
    const { info } = gen.handle('counters')
    expect(info).toMatchObject({ type: 'percpu_array', valueSize: 8 })
    using other = loadTestObject('other-layout.bpf.o', () => {})
    expect(other.handle('counters').info).toMatchObject({
      type: 'percpu_array',
      valueSize: 8,
      maxEntries: info.maxEntries,
    })
    const clash = (): void =>
      loadTestObject('other-layout.bpf.o', (object) => {
        spec(object, 'counters').pinPath = path
      }).close()
    const error = errorOf(clash)
    expect(error?.code).toBe('LAYOUT_MISMATCH')
    expect(error?.message).toContain('value: declared struct { packets: u32 @0; bytes: __be32 @4 }, found u64')
  })

  test('a load that fails at the end leaves no pin behind', () => {
    using folder = pinFolder()
    const broken = (): void =>
      loadTestObject('maps.bpf.o', (object) => {
        spec(object, 'numbers').pinPath = `${folder.path}/numbers`
        spec(object, 'prefixes').pinPath = '/proc/prefixes'
      }).close()
    expect(errorOf(broken)?.message).toContain('/proc is in no bpffs: call mountBpffs() first')
    expect(existsSync(folder.path)).toBe(true)
    expect(existsSync(`${folder.path}/numbers`)).toBe(false)
  })

  test('a given map of another layout is refused', () => {
    using other = new BpfMap(createMap({ type: 'hash', name: 'other', maxEntries: 8 }), { key: u32, value: u32 })
    const clash = (): void => loadTestObject('maps.bpf.o', (object) => spec(object, 'outer').reuse(other)).close()
    expect(codeOf(clash)).toBe('LAYOUT_MISMATCH')
    expect(errorOf(clash)?.message).toContain(
      'map "outer": the map to reuse differs in type: declared hash_of_maps, found hash',
    )
  })
})

describeWith(['root'], 'a given map', () => {
  test('is shared by two objects', () => {
    using first = loadTestObject('maps.bpf.o')
    using second = loadTestObject('maps.bpf.o', (object) => {
      spec(object, 'by_address').reuse(first.map('by_address'))
    })
    expect(second.handle('by_address').info.id).toBe(first.handle('by_address').info.id)
  })

  test('is pinned where the object wants it', () => {
    using folder = pinFolder()
    const path = `${folder.path}/by_address`
    using first = loadTestObject('maps.bpf.o')
    using _second = loadTestObject('maps.bpf.o', (object) => {
      const map = spec(object, 'by_address')
      map.pinPath = path
      map.reuse(first.map('by_address'))
    })
    using found = BpfMap.open(path)
    expect(found.info().id).toBe(first.handle('by_address').info.id)
  })
})
