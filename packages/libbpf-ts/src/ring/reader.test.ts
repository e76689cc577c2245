import { expect, test } from '@jest/globals'
import { u64 } from '../codec-scalars.ts'
import { RingBufferMap } from '../maps/ring-buffer-map.ts'
import type { LoadedObject } from '../object/loaded-object.ts'
import { codeOf } from '../testing/code.ts'
import { loadTestObject } from '../testing/load.ts'
import { describeWith } from '../testing/needs.ts'
import { frame, numberOf, u32Bytes } from '../testing/runtime.ts'
import type { RingBatch } from './batch.ts'
import type { RingBufferOptions, RingBufferReader } from './reader.ts'

const RECORD = 64
const NO_WAKEUP = 1
/** What fits into the ring of 64 KiB: records of 64 bytes with headers of 8. */
const CAPACITY = Math.floor(65536 / 72)

/** ring.bpf.o, a reader of its ring, and a way to have `count` records written. */
class Ring implements Disposable {
  readonly loaded: LoadedObject = loadTestObject('ring.bpf.o')
  readonly map: RingBufferMap = new RingBufferMap(this.loaded.handle('events'))

  reader(options: RingBufferOptions = {}): RingBufferReader {
    return this.map.reader({ countDropped: () => numberOf(this.loaded.getVariable('dropped')), ...options })
  }

  write(count: number): void {
    this.loaded.setVariable('records', u32Bytes(count))
    this.loaded.program('write_events').testRun({ data: frame() })
  }

  [Symbol.dispose](): void {
    this.loaded.close()
  }
}

function numbers(batch: RingBatch | undefined): number[] {
  return batch ? [...batch.decode(u64)].map(Number) : []
}

function range(from: number, to: number): number[] {
  return Array.from({ length: to - from }, (_, index) => from + index)
}

describeWith(['root'], 'draining', () => {
  test('gives records in order, and then nothing', () => {
    using ring = new Ring()
    using reader = ring.reader()
    expect(reader.drain()).toBeUndefined()
    ring.write(3)
    expect(reader.fill()).toBe(3 * 72)
    const batch = reader.drain()
    expect(batch).toMatchObject({ count: 3, discarded: 0, dropped: 0n })
    expect(numbers(batch)).toEqual([0, 1, 2])
    expect([...(batch ?? [])].map((record) => record.byteLength)).toEqual([RECORD, RECORD, RECORD])
    expect(reader.drain()).toBeUndefined()
    expect([reader.fill(), reader.size]).toEqual([0, 65536])
  })

  test('goes round the ring many times without losing one', () => {
    using ring = new Ring()
    using reader = ring.reader()
    const seen: number[] = []
    for (let round = 0; round < 50; round++) {
      ring.write(700)
      seen.push(...numbers(reader.drain()))
    }
    expect(seen).toEqual(range(0, 35_000))
  })

  test('an arena that is too small for all takes what fits', () => {
    using ring = new Ring()
    using reader = ring.reader({ arena: new Uint8Array(72 * 4 + 10) })
    ring.write(10)
    expect([numbers(reader.drain()), numbers(reader.drain()), numbers(reader.drain())]).toEqual([
      [0, 1, 2, 3],
      [4, 5, 6, 7],
      [8, 9],
    ])
  })

  test('an arena that is too small for one is refused', () => {
    using ring = new Ring()
    using reader = ring.reader({ arena: new Uint8Array(71) })
    ring.write(1)
    expect(() => reader.drain()).toThrow('ring "events" has a record larger than the arena of 71 bytes')
  })

  test('the arena may be a part of a larger buffer', () => {
    using ring = new Ring()
    const whole = new Uint8Array(4096).fill(0xaa)
    using reader = ring.reader({ arena: whole.subarray(1024, 2048) })
    ring.write(2)
    const batch = reader.drain()
    expect(numbers(batch)).toEqual([0, 1])
    const offsets: number[] = []
    batch?.forEach((view, offset, length) => offsets.push(view.byteOffset + offset, length))
    expect(offsets).toEqual([1024 + 8, RECORD, 1024 + 72 + 8, RECORD])
    expect([whole[1023], whole[1024 + 2 * 72]]).toEqual([0xaa, 0xaa])
  })

  test('what found no room is counted', () => {
    using ring = new Ring()
    using reader = ring.reader()
    ring.write(1000)
    const batch = reader.drain()
    expect(batch).toMatchObject({ count: CAPACITY, dropped: BigInt(1000 - CAPACITY) })
    ring.write(1)
    expect(reader.drain()).toMatchObject({ count: 1, dropped: 0n })
    expect(reader.dropped).toBe(BigInt(1000 - CAPACITY))
  })

  test('only what was dropped after the reader was opened is counted', () => {
    using ring = new Ring()
    ring.write(1000)
    using reader = ring.reader()
    expect(reader.drain()?.dropped).toBe(0n)
  })

  test('what the program discarded is counted, not given', () => {
    using ring = new Ring()
    ring.loaded.setVariable('discard_every', u32Bytes(3))
    using reader = ring.reader()
    ring.write(7)
    const batch = reader.drain()
    expect(batch).toMatchObject({ count: 4, discarded: 3 })
    expect(numbers(batch)).toEqual([1, 2, 4, 5])
  })

  test('records of different lengths', () => {
    using ring = new Ring()
    using reader = ring.reader()
    const lengths = [14, 15, 16, 17, 24, 63]
    for (const length of lengths) ring.loaded.program('write_packet').testRun({ data: frame(length).fill(length) })
    const batch = reader.drain()
    expect([...(batch ?? [])].map((record) => [record.byteLength, record[0]])).toEqual(lengths.map((n) => [n, n]))
    expect(() => [...(batch?.decode({ ...u64, size: 16 }) ?? [])]).toThrow(
      'a record of 14 bytes is shorter than the 16',
    )
  })
})

describeWith(['root'], 'iteration', () => {
  test('waits for records, and ends with the loop', async () => {
    using ring = new Ring()
    using reader = ring.reader()
    const seen: number[] = []
    setImmediate(() => ring.write(5))
    for await (const batch of reader) {
      seen.push(...numbers(batch))
      if (seen.length < 10) setImmediate(() => ring.write(5))
      else break
    }
    expect(seen).toEqual(range(0, 10))
  })

  test('by the clock, for records without wake-ups', async () => {
    using ring = new Ring()
    ring.loaded.setVariable('wakeup', u32Bytes(NO_WAKEUP))
    using reader = ring.reader({ interval: 1 })
    setImmediate(() => ring.write(5))
    for await (const batch of reader) {
      expect(numbers(batch)).toEqual([0, 1, 2, 3, 4])
      break
    }
  })

  test('leaves time for other work while records keep coming', async () => {
    using ring = new Ring()
    using reader = ring.reader()
    let others = 0
    const timer = setInterval(() => others++, 1)
    let batches = 0
    ring.write(10)
    for await (const _batch of reader) {
      if (others > 2) break
      batches++
      ring.write(10)
    }
    clearInterval(timer)
    expect(batches).toBeGreaterThan(0)
  })

  test('ends when the reader is closed, also while it waits', async () => {
    using ring = new Ring()
    const reader = ring.reader()
    setImmediate(() => reader.close())
    const batches: RingBatch[] = []
    for await (const batch of reader) batches.push(batch)
    expect(batches).toEqual([])
    reader.close()
    expect(codeOf(() => reader.drain())).toBe('CLOSED')
    expect(codeOf(() => reader.fill())).toBe('CLOSED')
  })

  test("throws the signal's reason", async () => {
    using ring = new Ring()
    const controller = new AbortController()
    using reader = ring.reader({ signal: controller.signal })
    setImmediate(() => controller.abort(new Error('enough')))
    const loop = async (): Promise<void> => {
      for await (const batch of reader) expect(batch.count).toBe(0)
    }
    await expect(loop()).rejects.toThrow('enough')
    await expect(loop()).rejects.toThrow('enough')
  })

  test('goes on where the last loop ended', async () => {
    using ring = new Ring()
    using reader = ring.reader({ arena: new Uint8Array(72 * 2) })
    ring.write(4)
    const seen: number[][] = []
    for (let loop = 0; loop < 2; loop++)
      for await (const batch of reader) {
        seen.push(numbers(batch))
        break
      }
    expect(seen).toEqual([
      [0, 1],
      [2, 3],
    ])
  })

  test('two loops at once are refused', async () => {
    using ring = new Ring()
    using reader = ring.reader()
    const [first, second] = [reader[Symbol.asyncIterator](), reader[Symbol.asyncIterator]()]
    const waiting = first.next()
    await expect(second.next()).rejects.toThrow('is read by another loop already')
    ring.write(1)
    expect(numbers((await waiting).value as RingBatch)).toEqual([0])
  })

  test("the map's fd may be closed before", async () => {
    using ring = new Ring()
    using reader = ring.reader()
    ring.map.close()
    setImmediate(() => ring.write(1))
    for await (const batch of reader) {
      expect(numbers(batch)).toEqual([0])
      break
    }
  })
})
