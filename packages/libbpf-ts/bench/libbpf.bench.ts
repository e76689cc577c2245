import type { Bench, BenchCase } from '../../../tools/bench/bench.ts'
import {
  ArrayMap,
  BpfMap,
  createMap,
  MAP_FLAGS,
  openObject,
  RingBufferMap,
  u32,
  u64,
  type LoadedObject,
  type RingBatch,
} from '../src/index.ts'
import { addon } from '../src/sys/addon.ts'

/** What calls cost from JavaScript. `empty-call` is the floor of them all. */
export default { group: 'control', run } satisfies Bench

const ROUNDS = 9
const CALLS = 20_000
const ELEMENTS = 100_000
const RECORDS = 900

function run(report: (result: BenchCase) => void): void {
  calls(report)
  bulk(report)
  ring(report)
}

/** Nanoseconds that `work` takes, over `count`. */
function timed(count: number, work: () => void): number {
  const start = performance.now()
  work()
  return ((performance.now() - start) * 1e6) / count
}

/** Medians of many rounds in which the cases take turns. */
function interleaved<Name extends string>(cases: Readonly<Record<Name, () => number>>): Record<Name, number> {
  const names = Object.keys(cases) as Name[]
  const samples = new Map(names.map((name) => [name, [] as number[]]))
  for (let round = 0; round < ROUNDS; round++) for (const name of names) samples.get(name)?.push(cases[name]())
  return Object.fromEntries(names.map((name) => [name, median(samples.get(name) ?? [])])) as Record<Name, number>
}

function median(samples: readonly number[]): number {
  return samples.toSorted((a, b) => a - b)[samples.length >> 1] ?? Number.NaN
}

function repeat(work: (index: number) => void): () => number {
  return () =>
    timed(CALLS, () => {
      for (let index = 0; index < CALLS; index++) work(index)
    })
}

function calls(report: (result: BenchCase) => void): void {
  using hash = new BpfMap(createMap({ type: 'hash', valueSize: 8, maxEntries: CALLS }), { key: u32, value: u64 })
  const flags = MAP_FLAGS.mmapable
  using array = new ArrayMap(createMap({ type: 'array', valueSize: 8, maxEntries: CALLS, flags }), { value: u64 })
  using memory = array.mmap()
  const words = new BigUint64Array(memory.buffer)
  const kernel = addon()
  const result = interleaved({
    'empty-call': repeat(() => kernel.nothing()),
    'hash/set': repeat((index) => hash.set(index, 1n)),
    'hash/get': repeat((index) => hash.get(index)),
    'array/get': repeat((index) => array.get(index)),
    'array/mapped-store': repeat((index) => Atomics.store(words, index, 1n)),
  })
  for (const [name, nsPerCall] of Object.entries(result)) report({ name: `libbpf-ts/${name}`, nsPerCall })
}

function bulk(report: (result: BenchCase) => void): void {
  using hash = new BpfMap(createMap({ type: 'hash', valueSize: 8, maxEntries: ELEMENTS }), { key: u32, value: u64 })
  const entries = Array.from({ length: ELEMENTS }, (_, index) => [index, BigInt(index)] as const)
  const single = (): number =>
    timed(ELEMENTS, () => {
      for (const [key, value] of entries) hash.set(key, value)
    })
  const result = interleaved({
    single,
    batch: () => timed(ELEMENTS, () => hash.setBatch(entries)),
    read: () => timed(ELEMENTS, () => [...hash.getBatch()]),
  })
  const { single: one, batch, read } = result
  report({ name: 'libbpf-ts/update-100000/single', nsPerElement: one, seconds: (one * ELEMENTS) / 1e9 })
  report({
    name: 'libbpf-ts/update-100000/batch',
    nsPerElement: batch,
    seconds: (batch * ELEMENTS) / 1e9,
    ratio: one / batch,
  })
  report({ name: 'libbpf-ts/read-100000/batch', nsPerElement: read, seconds: (read * ELEMENTS) / 1e9 })
}

function write(loaded: LoadedObject): void {
  loaded.program('write_events').testRun({ data: new Uint8Array(64) })
}

/** Records of 64 bytes: copying them out of the ring, and reading a field of each. */
function ring(report: (result: BenchCase) => void): void {
  using object = openObject(new URL('../test-objects/ring.bpf.o', import.meta.url).pathname)
  object.setVariable('records', new Uint8Array(new Uint32Array([RECORDS]).buffer))
  using loaded = object.load()
  using reader = new RingBufferMap(loaded.handle('events')).reader()
  let last = 0
  const read = (batch: RingBatch | undefined): void =>
    batch?.forEach((view, offset) => (last = view.getUint32(offset, true)))
  const sample = (use: (batch: RingBatch | undefined) => void): number => {
    const rounds = 50
    let total = 0
    for (let round = 0; round < rounds; round++) {
      write(loaded)
      total += timed(RECORDS * rounds, () => use(reader.drain()))
    }
    return total
  }
  const result = interleaved({ drain: () => sample(() => {}), read: () => sample(read) })
  if (last === 0) throw new Error('the ring gave no records')
  report({ name: 'libbpf-ts/ring/drain', nsPerRecord: result.drain })
  report({ name: 'libbpf-ts/ring/drain-and-read', nsPerRecord: result.read })
}
