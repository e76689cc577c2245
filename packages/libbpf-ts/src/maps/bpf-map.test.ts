import { expect, test } from '@jest/globals'
import { u32 } from '../codec-scalars.ts'
import { codeOf, errorOf } from '../testing/code.ts'
import { loadTestObject } from '../testing/load.ts'
import { address, addressCodec, counter, counterCodec, type Address, type Counter } from '../testing/address.ts'
import { bpftool, describeWith } from '../testing/needs.ts'
import { pinFolder } from '../testing/runtime.ts'
import { Link } from '../links/link.ts'
import { BpfMap } from './bpf-map.ts'
import { MapHandle } from './map-handle.ts'

function byAddress(): BpfMap<Address, Counter> {
  using loaded = loadTestObject('maps.bpf.o')
  const handle = MapHandle.openById(loaded.handle('by_address').info.id)
  return new BpfMap(handle, { key: addressCodec, value: counterCodec })
}

describeWith(['root', 'bpftool'], 'single elements', () => {
  test('what is set is read back, here and by bpftool', () => {
    using map = byAddress()
    map.set(address(1), counter(2, 128))
    expect(map.get(address(1))).toEqual(counter(2, 128))
    expect(map.get(address(2))).toBeUndefined()
    expect(map.has(address(1))).toBe(true)
    expect(bpftool('map', 'dump', 'id', String(map.info().id))).toMatchObject([
      {
        key: ['0x0a', '0x00', '0x00', '0x01', '0x00', '0x50', '0x06', '0x00'],
        formatted: { value: { packets: 2, bytes: 128 } },
      },
    ])
  })

  test('noexist only creates, exist only replaces', () => {
    using map = byAddress()
    expect(codeOf(() => map.set(address(1), counter(1, 1), { mode: 'exist' }))).toBe('NOT_FOUND')
    map.set(address(1), counter(1, 1), { mode: 'noexist' })
    expect(codeOf(() => map.set(address(1), counter(2, 2), { mode: 'noexist' }))).toBe('EXISTS')
    expect(() => map.set(address(1), counter(2, 2), { mode: 'replace' as never })).toThrow(
      "mode 'replace' is not known; there are any, noexist, exist",
    )
    map.set(address(1), counter(3, 3), { mode: 'exist' })
    expect(map.get(address(1))).toEqual(counter(3, 3))
  })

  test('delete says whether it was there', () => {
    using map = byAddress()
    map.set(address(1), counter(1, 1))
    expect([map.delete(address(1)), map.delete(address(1))]).toEqual([true, false])
  })

  test('an error names the map, the key and what the kernel says', () => {
    using map = byAddress()
    map.set(address(1), counter(1, 1))
    expect(() => map.set(address(1), counter(1, 1), { mode: 'noexist' })).toThrow(
      'map.set: map "by_address", key { ip: 167772161, port: 80, protocol: 6, pad: 0 }: EEXIST',
    )
  })

  test('a full map says FULL', () => {
    using map = byAddress()
    map.setBatch(Array.from({ length: 1024 }, (_, index) => [address(index), counter(0, 0)] as const))
    expect(codeOf(() => map.set(address(5000), counter(0, 0)))).toBe('FULL')
  })
})

describeWith(['root', 'mapTake'], 'an element', () => {
  test('that is taken is given, and gone', () => {
    using map = byAddress()
    map.set(address(1), counter(1, 1))
    expect(map.take(address(1))).toEqual(counter(1, 1))
    expect(map.take(address(1))).toBeUndefined()
  })
})

describeWith(['root'], 'iteration', () => {
  test('keys, entries and the map itself give everything once', () => {
    using map = byAddress()
    for (let index = 0; index < 100; index++) map.set(address(index), counter(index, 0))
    const ips = new Set(Array.from({ length: 100 }, (_, index) => 0x0a000000 + index))
    expect(new Set([...map.keys()].map((key) => key.ip))).toEqual(ips)
    expect(new Map([...map.entries()].map(([key, value]) => [key.ip, Number(value.packets)]))).toEqual(
      new Map([...ips].map((ip) => [ip, ip - 0x0a000000])),
    )
    expect([...map]).toHaveLength(100)
  })

  test('the key just given may be deleted', () => {
    using map = byAddress()
    for (let index = 0; index < 50; index++) map.set(address(index), counter(index, 0))
    for (const key of map.keys()) expect(map.delete(key)).toBe(true)
    expect([...map.keys()]).toEqual([])
  })

  test('a map that keeps changing is not read for ever', () => {
    using map = byAddress()
    map.set(address(0), counter(0, 0))
    const endless = (): void => {
      let next = 1
      for (const key of map.keys()) {
        map.delete(key)
        map.delete(address(next - 1))
        map.set(address(next), counter(0, 0))
        map.set(address(next + 1), counter(0, 0))
        next += 2
      }
    }
    expect([undefined, 'BUSY']).toContain(codeOf(endless))
  })
})

describeWith(['root'], 'lifetime', () => {
  test('a pinned map is opened again, with its content', () => {
    using folder = pinFolder()
    const path = `${folder.path}/deeper/map`
    {
      using map = byAddress()
      map.set(address(7), counter(7, 7))
      map.pin(path)
      expect(errorOf(() => map.pin(path))).toMatchObject({
        code: 'EXISTS',
        message: expect.stringContaining('open that, or unpin it first'),
      })
    }
    using found = BpfMap.open(path)
    expect([...found]).toHaveLength(1)
    expect(found.name).toBe('by_address')
    found.unpin()
    expect(codeOf(() => found.unpin())).toBe('INVALID_INPUT')
    expect(codeOf(() => BpfMap.open(path))).toBe('NOT_FOUND')
  })

  test('a pin of another kind is refused', () => {
    using folder = pinFolder()
    using loaded = loadTestObject('maps.bpf.o')
    const path = `${folder.path}/program`
    loaded.program('grow').pin(path)
    expect(() => BpfMap.open(path)).toThrow(`map.open: pin ${path} holds no map but a bpf-prog`)
    expect(() => Link.open(path)).toThrow('holds no link but a bpf-prog')
    expect(() => BpfMap.open(folder.path)).toThrow(`map.open: ${folder.path} is a folder; name a pin in it`)
  })

  test('a key or value of another size is refused with its place', () => {
    using map = byAddress()
    using raw = BpfMap.openById(map.info().id)
    expect(errorOf(() => raw.get(new Uint8Array(4)))).toMatchObject({
      code: 'INVALID_INPUT',
      message: 'map.get: map "by_address", key: bytes(8): has 4 bytes, must have 8',
    })
    expect(() => raw.setBatch([[new Uint8Array(8), new Uint8Array(1)]])).toThrow(
      'map.setBatch: map "by_address", value: bytes(16): has 1 bytes, must have 16',
    )
  })

  test('a map is opened by its id', () => {
    using map = byAddress()
    map.set(address(1), counter(1, 2))
    using same = BpfMap.openById(map.info().id)
    expect([...same.keys()]).toEqual([Uint8Array.of(10, 0, 0, 1, 0, 80, 6, 0)])
  })

  test('frozen: read as before, written no more', () => {
    using map = byAddress()
    map.set(address(1), counter(1, 1))
    map.freeze()
    const refused = { code: 'NOT_PERMITTED', errno: 'EPERM', message: expect.stringContaining('the map is frozen') }
    expect(errorOf(() => map.set(address(1), counter(2, 2)))).toMatchObject(refused)
    expect(errorOf(() => map.setBatch([[address(1), counter(2, 2)]]))).toMatchObject(refused)
    expect(errorOf(() => map.delete(address(1)))).toMatchObject(refused)
    expect(map.get(address(1))).toEqual(counter(1, 1))
  })

  test('closing twice does nothing, using a closed map says CLOSED', () => {
    const map = byAddress()
    map.close()
    map.close()
    const uses = [
      () => map.get(address(1)),
      () => map.set(address(1), counter(1, 1)),
      () => map.keys().next(),
      () => map.fd,
    ]
    for (const use of uses) expect(codeOf(use)).toBe('CLOSED')
  })

  test('codecs of another size are refused', () => {
    using map = byAddress()
    expect(() => new BpfMap(map.handle, { key: u32, value: counterCodec })).toThrow(
      'map "by_address" has keys of 8 bytes, the codec writes 4',
    )
  })

  test('info is what bpftool shows', () => {
    using map = byAddress()
    const shown = bpftool('map', 'show', 'id', String(map.info().id)) as Record<string, unknown>
    expect(map.info()).toMatchObject({
      id: shown['id'],
      type: shown['type'],
      name: shown['name'],
      keySize: shown['bytes_key'],
      valueSize: shown['bytes_value'],
      maxEntries: shown['max_entries'],
      flags: shown['flags'],
      btfId: shown['btf_id'],
    })
  })
})
