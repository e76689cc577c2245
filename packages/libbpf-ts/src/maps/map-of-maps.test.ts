import { expect, test } from '@jest/globals'
import { u32, u64 } from '../codec-scalars.ts'
import { loadTestObject } from '../testing/load.ts'
import { bpftool, describeWith } from '../testing/needs.ts'
import { frame } from '../testing/runtime.ts'
import { BpfMap } from './bpf-map.ts'
import { createMap } from './create.ts'
import type { MapHandle } from './map-handle.ts'
import { MapOfMaps } from './map-of-maps.ts'

const inner = (handle: MapHandle): BpfMap<number, bigint> => new BpfMap(handle, { key: u32, value: u64 })

function innerMap(): BpfMap<number, bigint> {
  return inner(createMap({ type: 'hash', name: 'inner', valueSize: 8, maxEntries: 16 }))
}

describeWith(['root', 'bpftool'], 'maps of maps', () => {
  test('a program finds what an inner map holds', () => {
    using loaded = loadTestObject('maps.bpf.o', (object) => {
      const program = object.programs.get('not_by_default')
      if (program) program.autoload = true
    })
    const map = new MapOfMaps(loaded.handle('outer'), { key: u32, inner })
    const program = loaded.program('not_by_default')
    expect(program.testRun({ data: frame() }).returnValue).toBe(1)
    using held = innerMap()
    held.set(1, 42n)
    map.set(1, held)
    expect(program.testRun({ data: frame() }).returnValue).toBe(42)
    expect(map.delete(1)).toBe(true)
    expect(program.testRun({ data: frame() }).returnValue).toBe(1)
  })

  test('an inner map outlives its fd, and is read by its id', () => {
    using loaded = loadTestObject('maps.bpf.o')
    const map = new MapOfMaps(loaded.handle('outer'), { key: u32, inner })
    let id: number
    {
      using held = innerMap()
      held.set(5, 6n)
      map.set(2, held)
      id = held.info().id
    }
    expect([...map.ids()]).toEqual([[2, id]])
    const [dumped] = bpftool('map', 'dump', 'id', String(map.info().id)) as { value: string[] }[]
    expect(dumped?.value.reduceRight((sum, byte) => sum * 256 + Number(byte), 0)).toBe(id)
    using found = map.get(2)
    expect(found?.get(5)).toBe(6n)
    expect(map.get(3)).toBeUndefined()
  })

  test('a map of another shape is refused', () => {
    using loaded = loadTestObject('maps.bpf.o')
    const map = new MapOfMaps(loaded.handle('outer'), { key: u32, inner })
    using other = inner(createMap({ type: 'lru_hash', name: 'other', valueSize: 8, maxEntries: 16 }))
    expect(() => map.set(1, other)).toThrow('EINVAL; an inner map must be like the declared one')
  })

  test('made without an object file', () => {
    using template = innerMap()
    const handle = createMap({ type: 'array_of_maps', name: 'outer', maxEntries: 2, inner: template })
    using map = new MapOfMaps(handle, { key: u32, inner })
    map.set(0, template)
    expect([...map.ids()]).toEqual([[0, template.info().id]])
  })
})
