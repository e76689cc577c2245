import { expect, test } from '@jest/globals'
import { u32 } from '../codec-scalars.ts'
import { possibleCpus } from '../cpus.ts'
import { counter, counterCodec } from '../testing/address.ts'
import { loadTestObject } from '../testing/load.ts'
import { bpftool, describeWith } from '../testing/needs.ts'
import { frame } from '../testing/runtime.ts'
import { PerCpuMap } from './per-cpu-map.ts'

describeWith(['root', 'bpftool'], 'per-CPU maps', () => {
  test('a value for each possible CPU, which bpftool sees too', () => {
    using loaded = loadTestObject('maps.bpf.o')
    const map = new PerCpuMap(loaded.handle('counters'), { key: u32, value: counterCodec })
    const values = Array.from({ length: possibleCpus() }, (_, cpu) => counter(cpu + 1, 100 * cpu))
    map.set(3, values)
    expect(map.get(3)).toEqual(values)
    const dumped = bpftool('map', 'dump', 'id', String(map.info().id)) as { formatted: { values: unknown } }[]
    expect(dumped[3]?.formatted.values).toEqual(
      values.map((value, cpu) => ({ cpu, value: { packets: Number(value.packets), bytes: Number(value.bytes) } })),
    )
  })

  test('what a program counted is in one of them', () => {
    using loaded = loadTestObject('maps.bpf.o')
    const map = new PerCpuMap(loaded.handle('counters'), { key: u32, value: counterCodec })
    const program = loaded.program('count_packets')
    for (let run = 0; run < 5; run++) program.testRun({ data: frame(100) })
    const ran = [...map].flatMap(([, values]) => values)
    const sum = (field: 'packets' | 'bytes'): bigint => ran.reduce((total, value) => total + value[field], 0n)
    expect([sum('packets'), sum('bytes')]).toEqual([5n, 500n])
  })

  test('values smaller than 8 bytes, in batches', () => {
    using loaded = loadTestObject('maps.bpf.o')
    const map = new PerCpuMap(loaded.handle('counters_by_key'), { key: u32, value: u32 })
    const values = Array.from({ length: possibleCpus() }, (_, cpu) => cpu + 0xfffffff0)
    map.setBatch(Array.from({ length: 64 }, (_, key) => [key, values] as const))
    expect(new Map([...map.getBatch()].flat())).toEqual(new Map(Array.from({ length: 64 }, (_, key) => [key, values])))
  })

  test('too few values are refused', () => {
    using loaded = loadTestObject('maps.bpf.o')
    const map = new PerCpuMap(loaded.handle('counters'), { key: u32, value: counterCodec })
    expect(() => map.set(0, [])).toThrow(`0 values for ${possibleCpus()} possible CPUs`)
  })
})
