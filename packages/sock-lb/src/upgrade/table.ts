import { sockConnectionOffsets } from '@skep/datapath/sock-lb'
import { ArrayMap, BpfError, bytes, kernelBtf, MAP_FLAGS, type MapHandle, rawMap } from 'libbpf-ts'
import { SockLbError } from '../error.ts'
import { type Reshape, reshaping } from './reshape.ts'

/** A table that is made anew: the one that was there, and the one that will be. */
export interface Table {
  readonly name: string
  readonly before: MapHandle
  readonly after: MapHandle
}

/** Programs write to it, besides us; entries give way when it is full. */
export function isProgramsOwn(table: Table): boolean {
  return table.before.info.type === 'lru_hash' || isConnections(table)
}

function isConnections({ name }: Table): boolean {
  return name === 'sock_connections'
}

/** Follows from the others, and is made from them. */
export function isDerived({ name }: Table): boolean {
  return name === 'sock_frontends4'
}

export function isCounters({ before }: Table): boolean {
  return before.info.type === 'percpu_array'
}

/** All that the table had, in the shape that it has now; what is there already is written over. Errors: LAYOUT. */
export function copy(table: Table): void {
  const { before, after } = table
  if (isConnections(table)) return copyConnections(table)
  const entries = reshaped(table)
  if (entries.isSame && before.info.flags & after.info.flags & MAP_FLAGS.mmapable) copyMemory(before, after)
  else rawMap(after).setBatch(entries.all())
}

/** What the new one has nothing of yet: what is there is as new, or newer. Errors: LAYOUT. */
export function copyMissing(table: Table): void {
  if (isConnections(table)) return copyConnections(table)
  const after = rawMap(table.after)
  for (const [key, value] of reshaped(table).all()) {
    if (after.has(key)) continue
    try {
      after.set(key, value, { mode: 'noexist' })
    } catch (error) {
      if (!(error instanceof BpfError) || error.code !== 'EXISTS') throw error
    }
  }
}

/** Each to its place among more places, but where a later socket is already. */
function copyConnections(table: Table): void {
  const after = rawMap(table.after)
  const key = new Uint32Array(1)
  for (const [, value] of reshaped(table).all()) {
    const cookie = cookieOf(value)
    if (cookie === 0n) continue
    key[0] = Number(BigInt.asUintN(32, cookie)) & (table.after.info.maxEntries - 1)
    const place = new Uint8Array(key.buffer)
    const there = after.get(place)
    if (there === undefined || cookieOf(there) < cookie) after.set(place, value)
  }
}

function cookieOf({ buffer, byteOffset, byteLength }: Uint8Array): bigint {
  return new DataView(buffer, byteOffset, byteLength).getBigUint64(sockConnectionOffsets.cookie, true)
}

interface Entries {
  readonly isSame: boolean
  readonly all: () => Iterable<readonly [Uint8Array, Uint8Array]>
}

function reshaped(table: Table): Entries {
  const { before, after } = table
  checkKind(table)
  const [key, value] = [shapeOf(table, 'key'), shapeOf(table, 'value')]
  const isArray = before.info.type.endsWith('array')
  const most = after.info.maxEntries
  return {
    isSame: key === undefined && value === undefined,
    *all() {
      for (const [k, v] of rawMap(before).entries()) {
        if (isArray && (isZero(v) || indexOf(k) >= most)) continue
        yield [key ? key(k) : k, value ? value(v) : v] as const
      }
    },
  }
}

const HASHES: readonly string[] = ['hash', 'lru_hash']

function checkKind({ name, before: { info: a }, after: { info: b } }: Table): void {
  if (a.type === b.type || (HASHES.includes(a.type) && HASHES.includes(b.type))) return
  throw unfit(name, `a map of type ${a.type} cannot become one of type ${b.type}`)
}

/** Where the kernel keeps no types, the same size is taken for the same shape. */
function shapeOf({ name, before, after }: Table, part: 'key' | 'value'): Reshape | undefined {
  const type = ({ info }: MapHandle) => ({ btf: info.btfId, id: part === 'key' ? info.keyTypeId : info.valueTypeId })
  const [from, to] = [type(before), type(after)]
  if (from.btf > 0 && to.btf > 0 && from.id > 0 && to.id > 0)
    return reshaping(
      `${name}: ${part}`,
      { btf: kernelBtf(from.btf), id: from.id },
      { btf: kernelBtf(to.btf), id: to.id },
    )
  const size = ({ info }: MapHandle): number => (part === 'key' ? info.keySize : info.valueSize)
  if (size(before) === size(after)) return undefined
  throw unfit(name, `its ${part} was ${size(before)} bytes of unknown types, and is ${size(after)} now`)
}

function unfit(name: string, why: string): SockLbError {
  return new SockLbError('LAYOUT', 'upgrade', `map ${name}: ${why}; uninstall, and start anew`)
}

function isZero(value: Uint8Array): boolean {
  return value.every((byte) => byte === 0)
}

function indexOf(key: Uint8Array): number {
  return new DataView(key.buffer, key.byteOffset, key.byteLength).getUint32(0, true)
}

/** Elements keep their places. */
function copyMemory(before: MapHandle, after: MapHandle): void {
  using from = memoryOf(before)
  using to = memoryOf(after)
  new Uint8Array(to.buffer).set(new Uint8Array(from.buffer))
}

function memoryOf(map: MapHandle): ReturnType<ArrayMap<Uint8Array>['mmap']> {
  return new ArrayMap(map, { value: bytes(map.info.valueSize) }).mmap()
}
