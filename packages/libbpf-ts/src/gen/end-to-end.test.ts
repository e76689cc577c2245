import { existsSync, rmSync } from 'node:fs'
import { describe, expect, test } from '@jest/globals'
import { ownName } from '@skep/testbed'
import {
  frontendCodec,
  limitsCodec,
  limitsOffsets,
  loadGen,
  openGen,
  Outcome,
  sampleCodec,
  type Gen,
} from '../testing/gen.gen.ts'
import { ArrayMap, be16, createMap, type Codec } from '../index.ts'
import { bpftool, describeWith } from '../testing/needs.ts'
import { testObject } from '../testing/objects.ts'
import { frontend, sample } from '../testing/samples.ts'

interface Dumped {
  readonly key: string[]
  readonly value: string[]
  readonly formatted: { readonly key: unknown; readonly value: unknown }
}

function dump(map: { info(): { id: number } }): Dumped[] {
  return bpftool('map', 'dump', 'id', String(map.info().id)) as Dumped[]
}

function written<T>(codec: Codec<T>, value: T): string[] {
  const bytes = new Uint8Array(codec.size)
  codec.write(new DataView(bytes.buffer), 0, value)
  return hexBytes(bytes)
}

function hexBytes(bytes: Uint8Array): string[] {
  return [...bytes].map((byte) => `0x${byte.toString(16).padStart(2, '0')}`)
}

function swap16(value: number): number {
  return ((value & 0xff) << 8) | (value >> 8)
}

function swap32(value: number): number {
  return ((swap16(value & 0xffff) << 16) | swap16(value >>> 16)) >>> 0
}

interface DumpedSection {
  readonly formatted: { readonly value: { readonly '.rodata': object[] } }
}

/** The section of settings: the one map of the program that has no handle of its own. */
function readOnlyData(gen: Gen): DumpedSection[] {
  const ids = gen.programs.countPacket.info().mapIds.map(String)
  const named = ids.filter((id) => (bpftool('map', 'show', 'id', id) as { name: string }).name === 'gen.rodata')
  return bpftool('map', 'dump', 'id', ...named) as DumpedSection[]
}

/** A map like those that `tables` holds. */
function portsMap(): ArrayMap<number> {
  const handle = createMap({ type: 'array', name: 'ports', valueSize: 2, maxEntries: 1 })
  return new ArrayMap(handle, { value: be16 })
}

/** bpftool knows no byte order of typedefs: it prints network order as the host would read it, and padding too. */
const frontendInBpftool = { address: frontend.address.map(swap32), port: swap16(frontend.port), protocol: 6, pad: 0 }

describeWith(['root', 'bpftool'], 'what generated codecs set, bpftool map dump reads', () => {
  test('every kind of field of a struct', () => {
    using gen = loadGen()
    gen.maps.samples.set(frontend, sample)
    const [entry] = dump(gen.maps.samples)
    expect(entry?.key).toEqual(written(frontendCodec, frontend))
    expect(entry?.value).toEqual(written(sampleCodec, sample))
    expect(entry?.formatted).toEqual({
      key: frontendInBpftool,
      value: {
        byte: 0xfe,
        small: -2,
        tiny: -3,
        whole: -100_000,
        big: Number(sample.big),
        negative: -5,
        be16: 0x3412,
        be64: Number(0x0807060504030201n),
        le32: 0x11223344,
        flag: true,
        letter: 0x61,
        outcome: 'OUTCOME_DROP',
        frontend: frontendInBpftool,
        limits: sample.limits,
        matrix: sample.matrix,
        words: sample.words.map(Number),
        name: 'skep',
        mac: [2, 0, 0, 0, 0, 1],
        '': { inner_value: 0xcafe },
        range: { low: swap16(1024), high: 65535 },
        either: { id: 0x06070809, raw: [9, 8, 7, 6] },
        lock: { val: 0 },
      },
    })
  })

  test('arrays, values per CPU, and maps without types', () => {
    using gen = loadGen({ maps: { limits: { maxEntries: 2 } } })
    const limits = { burst: 9, weights: [1, 2, 3], strict: true }
    gen.maps.limits.set(1, limits)
    expect(dump(gen.maps.limits).map(({ formatted }) => formatted)).toEqual([
      { key: 0, value: { burst: 0, weights: [0, 0, 0], strict: false } },
      { key: 1, value: limits },
    ])

    const perCpu = Array.from(gen.maps.counters.get(0) ?? [], (_, cpu) => BigInt(cpu + 1))
    gen.maps.counters.set(0, perCpu)
    const [counters] = bpftool('map', 'dump', 'id', String(gen.maps.counters.info().id)) as { formatted: unknown }[]
    expect(counters?.formatted).toEqual({ key: 0, values: perCpu.map((value, cpu) => ({ cpu, value: Number(value) })) })

    gen.maps.untyped.set(Uint8Array.of(1, 2, 3, 4, 5, 6), Uint8Array.of(7, 8, 9))
    expect(dump(gen.maps.untyped)).toMatchObject([{ value: ['0x07', '0x08', '0x09'] }])
  })

  test('a mapped array, without a call', () => {
    using gen = loadGen({ maps: { limits: { maxEntries: 3 } } })
    using memory = gen.maps.limits.mmap()
    const limits = { burst: 9, weights: [1, 2, 3], strict: true }
    const view = new DataView(memory.buffer)
    limitsCodec.write(view, 2 * memory.elementSize, limits)
    expect(dump(gen.maps.limits)[2]?.formatted).toEqual({ key: 2, value: limits })
    view.setUint32(2 * memory.elementSize + limitsOffsets.burst, 10, true)
    expect(gen.maps.limits.get(2)).toEqual({ ...limits, burst: 10 })
  })

  test('settings, in the frozen section', () => {
    using gen = loadGen({
      config: {
        hashKey: 42n,
        self: frontend,
        instance: 'lb-1',
        ownAddresses: [1, 0x0a000001],
        fallback: Outcome.OUTCOME_PASS,
      },
    })
    const [section] = readOnlyData(gen)
    expect(Object.assign({}, ...(section?.formatted.value['.rodata'] ?? []))).toEqual({
      config: { hash_key: 42, mask: 7, log_drops: false, self: frontendInBpftool },
      sample_rate: 100,
      instance: 'lb-1',
      fallback: 'OUTCOME_PASS',
      own_addresses: [0x01000000, 0x0100000a],
    })
  })
})

describeWith(['root', 'bpftool'], 'what bpftool sets, generated codecs read', () => {
  test('a struct, byte by byte', () => {
    using gen = loadGen()
    const id = String(gen.maps.samples.info().id)
    bpftool(
      'map',
      'update',
      'id',
      id,
      'key',
      ...written(frontendCodec, frontend),
      'value',
      ...written(sampleCodec, sample),
    )
    expect(gen.maps.samples.get(frontend)).toEqual(sample)
    expect([...gen.maps.samples]).toEqual([[frontend, sample]])
  })

  test('an inner map by its outer one, a program by its array', () => {
    using gen = loadGen()
    using inner = portsMap()
    gen.maps.tables.set(Outcome.OUTCOME_DROP, inner)
    inner.set(0, 443)
    using found = gen.maps.tables.get(Outcome.OUTCOME_DROP)
    expect(found?.get(0)).toBe(443)
    expect(dump(inner)).toMatchObject([{ value: ['0x01', '0xbb'] }])

    gen.maps.stages.set(1, gen.programs.countPacket)
    using stage = gen.maps.stages.get(1)
    expect(stage?.info().id).toBe(gen.programs.countPacket.info().id)
  })
})

describeWith(['root'], 'programs run by what the skeleton set', () => {
  test.each([
    ['pass', Outcome.OUTCOME_PASS, 2],
    ['drop', Outcome.OUTCOME_DROP, 1],
  ])('fallback %s', (_, fallback, action) => {
    using gen = loadGen({ config: { fallback, mask: 3, sampleRate: 5, instance: '' } })
    expect(gen.programs.countPacket.testRun({ data: new Uint8Array(64) }).returnValue).toBe(action)
    const counts = gen.maps.counters.get(3) ?? []
    expect(counts.reduce((sum, count) => sum + count, 0n)).toBe(5n)
  })

  test('what was not loaded fails where it is used', () => {
    using gen = loadGen({ programs: { emitEvent: { autoload: false } } })
    expect(gen.programs.countPacket.info().type).toBe('xdp')
    expect(() => gen.programs.emitEvent).toThrow('emit_event')
  })
})

describeWith(['root'], 'pinRoot', () => {
  test('pins every map and takes it over the next time', () => {
    const folder = `/sys/fs/bpf/${ownName('libbpf-ts-gen')}`
    const pinRoot = `${folder}/maps`
    try {
      {
        using first = loadGen({ pinRoot })
        first.maps.limits.set(3, { burst: 77, weights: [0, 0, 0], strict: false })
      }
      expect(existsSync(`${pinRoot}/recent_clients`)).toBe(true)
      using second = loadGen({ pinRoot, config: { mask: 1 } })
      expect(second.maps.limits.get(3)?.burst).toBe(77)
    } finally {
      rmSync(folder, { recursive: true, force: true })
    }
  })
})

describe('a skeleton before loading', () => {
  test('shows what the object says, and what was set', () => {
    using spec = openGen()
    expect({ ...spec.config }).toEqual({
      hashKey: 0x0123456789abcdefn,
      mask: 7,
      logDrops: false,
      self: { address: [0, 0, 0, 0], port: 0, protocol: 0 },
      sampleRate: 100,
      instance: 'first',
      fallback: Outcome.OUTCOME_DROP,
      ownAddresses: [0, 0],
    })
    spec.config.mask = 15
    spec.config.instance = 'second'
    expect([spec.config.hashKey, spec.config.mask, spec.config.instance]).toEqual([0x0123456789abcdefn, 15, 'second'])
  })

  test('settings that do not fit are refused with their name', () => {
    using spec = openGen()
    expect(() => (spec.config.instance = 'much too long')).toThrow(
      'setting instance: RangeError: chars(8): "much too long" has 13 bytes',
    )
    expect(() => (spec.config.mask = -1)).toThrow('setting mask: -1 does not fit; it would be 4294967295')
    expect(() => (spec.config.mask = 'seven' as never)).toThrow("setting mask: 'seven' does not fit; it would be 0")
    expect(() => (spec.config.ownAddresses = [1, 2 ** 32])).toThrow('setting ownAddresses: [ 1, 4294967296 ] does not')
    expect(spec.config.mask).toBe(7)
    expect(() => loadGen({ config: { mesk: 1 } as object })).toThrow(
      'setting mesk is not known, expected one of hashKey, mask',
    )
    expect(() => loadGen({ maps: { limits: { maxEntires: 1 } as object } })).toThrow(
      'option of map limits: maxEntires is not known',
    )
    expect(() => loadGen({ maps: { limit: {} } as object })).toThrow('map limit is not known, expected one of counters')
  })

  test('an object with other declarations is refused', () => {
    const renamed = Buffer.from(testObject('gen.bpf.o'))
    for (let at = renamed.indexOf('untyped\0'); at >= 0; at = renamed.indexOf('untyped\0', at + 1))
      renamed.write('untapped'.slice(0, 7), at)
    expect(() => openGen(new Uint8Array(renamed))).toThrow('map untyped is not in the object, which has')
  })
})
