import { expect, test } from '@jest/globals'
import { loadTestObject } from '../testing/load.ts'
import { describeWith } from '../testing/needs.ts'
import { hooks } from '../testing/runtime.ts'
import { createMap } from './create.ts'
import { DevMap } from './dev-map.ts'

const LOOPBACK = 1

describeWith(['root'], 'device maps', () => {
  test('a device, with a program that runs before sending', () => {
    using loaded = loadTestObject('maps.bpf.o')
    using programs = hooks()
    const map = new DevMap(loaded.handle('devices'))
    const program = programs.program('before_sending')
    map.set(7, { ifindex: LOOPBACK, program })
    map.set(8, { ifindex: LOOPBACK })
    expect(map.get(7)).toEqual({ ifindex: LOOPBACK, programId: program.info().id })
    expect(map.get(8)).toEqual({ ifindex: LOOPBACK, programId: 0 })
    expect([...map.keys()].toSorted((a, b) => a - b)).toEqual([7, 8])
  })

  test('only a device', () => {
    using programs = hooks()
    using map = new DevMap(createMap({ type: 'devmap', name: 'devices', maxEntries: 4 }))
    map.set(0, { ifindex: LOOPBACK })
    expect(map.get(0)).toEqual({ ifindex: LOOPBACK })
    expect(() => map.set(0, { ifindex: LOOPBACK, program: programs.program('before_sending') })).toThrow(
      'declare values of struct bpf_devmap_val',
    )
    expect(() => map.set(1, { ifindex: 0x7fffffff })).toThrow('key 1: EINVAL')
  })
})
