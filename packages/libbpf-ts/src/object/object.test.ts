import { readFileSync } from 'node:fs'
import { describe, expect, test } from '@jest/globals'
import { openHandles } from '../leaks.ts'
import { codeOf, errorOf } from '../testing/code.ts'
import { loadTestObject } from '../testing/load.ts'
import { describeWith } from '../testing/needs.ts'
import { testObject, testObjectPath } from '../testing/objects.ts'
import { frame, numberOf, u32Bytes } from '../testing/runtime.ts'
import { openObject } from './object.ts'

describe('an object that is only opened', () => {
  test('says what it declares', () => {
    using object = openObject(testObjectPath('maps.bpf.o'))
    expect(object.name).toBe('maps')
    expect(object.maps.get('by_address')).toMatchObject({
      type: 'hash',
      keySize: 8,
      valueSize: 16,
      maxEntries: 1024,
      autocreate: true,
      pinPath: undefined,
    })
    expect([...object.programs.values()].map(({ name, type, autoload }) => [name, type, autoload])).toEqual([
      ['count_packets', 'xdp', true],
      ['tail_call', 'xdp', true],
      ['grow', 'xdp', true],
      ['not_by_default', 'xdp', false],
    ])
    expect([...object.variables.values()]).toEqual([
      { section: '.bss', name: 'runs', offset: 0, size: 8 },
      { section: '.data', name: 'first', offset: 0, size: 4 },
      { section: '.rodata', name: 'verdict', offset: 0, size: 4 },
      { section: '.rodata', name: 'enabled', offset: 4, size: 1 },
    ])
  })

  test('programs of sections that are newer than the installed libbpf have their type', () => {
    using object = openObject(testObjectPath('hooks.bpf.o'))
    expect(object.programs.get('tc_second')).toMatchObject({
      section: 'tcx/ingress',
      type: 'sched_cls',
      attachType: 46,
    })
  })

  test('from bytes, under a name', () => {
    using object = openObject(testObject('maps.bpf.o'), { name: 'lb-1' })
    expect(object.name).toBe('lb-1')
    expect(object.maps.has('numbers')).toBe(true)
  })

  test('variables are read and set before loading', () => {
    using object = openObject(testObjectPath('maps.bpf.o'))
    expect(object.getVariable('first')).toEqual(u32Bytes(7))
    object.setVariable('verdict', u32Bytes(1))
    expect(object.getVariable('verdict')).toEqual(u32Bytes(1))
    expect(object.getVariable('enabled')).toEqual(Uint8Array.of(1))
    expect(() => object.setVariable('verdict', new Uint8Array(8))).toThrow('"verdict" has 4 bytes, 8 were given')
    expect(() => object.getVariable('verdikt')).toThrow(
      'no global variable "verdikt"; it has runs, first, verdict, enabled',
    )
  })

  test('the size of a ring buffer is rounded up', () => {
    using object = openObject(testObjectPath('ring.bpf.o'))
    const events = object.maps.get('events')
    if (events) events.maxEntries = 100_000
    expect(events?.maxEntries).toBe(131_072)
  })

  test.each([-1, 1.5, Number.NaN, 2 ** 32, '7' as never])('a size that no map can have is refused: %p', (entries) => {
    using object = openObject(testObjectPath('ring.bpf.o'))
    const events = object.maps.get('events')!
    expect(() => (events.maxEntries = entries)).toThrow('map "events": maxEntries is')
    expect(events.maxEntries).toBe(1 << 16)
  })

  test('what is no object is refused, saying why', () => {
    expect(errorOf(() => openObject(new Uint8Array(100)))).toMatchObject({ code: 'INVALID_OBJECT' })
    expect(() => openObject(readFileSync('/bin/true'), { name: 'true' })).toThrow('"true": ')
    expect(errorOf(() => openObject('/nowhere/lb.bpf.o'))).toMatchObject({
      code: 'NOT_FOUND',
      operation: 'openObject',
      message: expect.stringContaining('/nowhere/lb.bpf.o'),
    })
  })

  test('no cut of an object crashes', () => {
    const whole = testObject('ring.bpf.o')
    for (let length = 0; length < whole.byteLength; length += 97) {
      const cut = errorOf(() => openObject(whole.subarray(0, length)).close())
      expect([undefined, 'INVALID_OBJECT']).toContain(cut?.code)
    }
  })

  test('closed, or closed again, says so', () => {
    const object = openObject(testObjectPath('maps.bpf.o'))
    object.close()
    object.close()
    expect(codeOf(() => object.getVariable('first'))).toBe('CLOSED')
    expect(codeOf(() => object.load())).toBe('CLOSED')
    const numbers = object.maps.get('numbers')
    expect(codeOf(() => numbers && (numbers.maxEntries = 1))).toBe('CLOSED')
  })
})

describeWith(['root'], 'a loaded object', () => {
  test('has the sizes and constants that were set', () => {
    using loaded = loadTestObject('maps.bpf.o', (object) => {
      const numbers = object.maps.get('numbers')
      if (numbers) numbers.maxEntries = 3
      object.setVariable('verdict', u32Bytes(1))
    })
    expect(loaded.handle('numbers').info.maxEntries).toBe(3)
    expect(loaded.program('count_packets').testRun({ data: frame() }).returnValue).toBe(1)
  })

  test('constants switch code off', () => {
    using loaded = loadTestObject('maps.bpf.o', (object) => object.setVariable('enabled', Uint8Array.of(0)))
    expect(loaded.program('count_packets').testRun({ data: frame() }).returnValue).toBe(0)
    expect(numberOf(loaded.getVariable('runs'))).toBe(0)
  })

  test('its variables are read and written while it runs', () => {
    using loaded = loadTestObject('maps.bpf.o')
    for (let run = 0; run < 3; run++) loaded.program('count_packets').testRun({ data: frame() })
    expect(numberOf(loaded.getVariable('runs'))).toBe(3)
    loaded.setVariable('first', u32Bytes(99))
    expect(loaded.program('tail_call').testRun({ data: frame() }).returnValue).toBe(99)
    expect(errorOf(() => loaded.setVariable('verdict', u32Bytes(1)))).toMatchObject({
      code: 'NOT_PERMITTED',
      message: 'loaded.setVariable: variable "verdict" is read-only once loaded',
    })
  })

  test('what is not wanted is not loaded', () => {
    using loaded = loadTestObject('maps.bpf.o', (object) => {
      for (const program of object.programs.values()) program.autoload = program.name === 'grow'
      for (const map of object.maps.values()) map.autocreate = map.name === 'numbers'
    })
    expect([...loaded.programs.keys()]).toEqual(['grow'])
    expect([...loaded.handles.keys()]).toEqual(['numbers'])
    expect(() => loaded.program('tail_call')).toThrow('"maps" has no program "tail_call"; it has grow')
    expect(() => loaded.map('outer')).toThrow('"maps" has no map "outer"; it has numbers')
  })

  test('loads once', () => {
    using object = openObject(testObjectPath('maps.bpf.o'))
    using _loaded = object.load()
    expect(codeOf(() => object.load())).toBe('CLOSED')
  })

  test('closes all it opened', () => {
    const before = openHandles().length
    {
      using _loaded = loadTestObject('maps.bpf.o')
      expect(openHandles().length).toBeGreaterThan(before + 10)
    }
    expect(openHandles()).toHaveLength(before)
  })

  test('for a card that cannot run it is refused', () => {
    const offload = (): void => {
      using _loaded = loadTestObject('hooks.bpf.o', (object) => {
        for (const program of object.programs.values()) program.autoload = program.name === 'xdp_pass'
        object.offloadTo({ device: 'lo' })
      })
    }
    expect(errorOf(offload)).toMatchObject({
      operation: 'object.load',
      message: expect.stringContaining('device "lo" must be a card that runs BPF itself'),
    })
    using object = openObject(testObjectPath('hooks.bpf.o'))
    expect(() => object.offloadTo({ device: 'nowhere0' })).toThrow('device "nowhere0": ENODEV')
    expect(() => object.offloadTo({ ifindex: 0 })).toThrow('ifindex 0 is no device')
  })
})
