import { addon } from './addon.ts'
import { Attr } from './attr.ts'
import { Command } from './commands.ts'

/** How an update treats what is there: `BPF_ANY`, `BPF_NOEXIST`, `BPF_EXIST`. */
export const UPDATE_MODES = { any: 0n, noexist: 1n, exist: 2n } as const

const KEY = 8
const VALUE = 16
const FLAGS = 24

/** The attributes of the commands on single elements of one map, made once: a hot path encodes nothing but the flags. */
export class ElementCalls {
  readonly #attr = new Attr(32)

  constructor(fd: number) {
    this.#attr.u32(0, fd)
  }

  lookup(key: Uint8Array | null, value: Uint8Array, flags = 0n): number {
    return addon().bpf(Command.mapLookup, this.#attr.u64(FLAGS, flags).bytes, KEY, key, VALUE, value)
  }

  update(key: Uint8Array | null, value: Uint8Array, flags: bigint): number {
    return addon().bpf(Command.mapUpdate, this.#attr.u64(FLAGS, flags).bytes, KEY, key, VALUE, value)
  }

  delete(key: Uint8Array): number {
    return addon().bpf(Command.mapDelete, this.#attr.u64(FLAGS, 0n).bytes, KEY, key)
  }

  /** Lookup and delete in one. */
  take(key: Uint8Array | null, value: Uint8Array): number {
    return addon().bpf(Command.mapTake, this.#attr.u64(FLAGS, 0n).bytes, KEY, key, VALUE, value)
  }

  /** `key` null: the first. */
  nextKey(key: Uint8Array | null, next: Uint8Array): number {
    return addon().bpf(Command.mapNextKey, this.#attr.u64(FLAGS, 0n).bytes, KEY, key, VALUE, next)
  }
}

/** What BPF_MAP_CREATE takes. Sizes in bytes. */
export interface CreateMap {
  readonly type: number
  readonly keySize: number
  readonly valueSize: number
  readonly maxEntries: number
  readonly flags: number
  readonly name: string
  readonly innerFd?: number | undefined
  readonly extra?: bigint | undefined
}

const EPERM = -1

/** An fd, or a negative errno. */
export function createMap(map: CreateMap): number {
  const attr = new Attr(72)
    .u32(0, map.type)
    .u32(4, map.keySize)
    .u32(8, map.valueSize)
    .u32(12, map.maxEntries)
    .u32(16, map.flags)
    .u32(20, map.innerFd ?? 0)
    .name(28, map.name)
    .u64(64, map.extra ?? 0n)
  const fd = addon().bpf(Command.mapCreate, attr.bytes)
  if (fd !== EPERM || addon().raiseMemlock() !== 0) return fd
  return addon().bpf(Command.mapCreate, attr.bytes)
}

export function freezeMap(fd: number): number {
  return addon().bpf(Command.mapFreeze, new Attr(4).u32(0, fd).bytes)
}

export interface BatchResult {
  readonly status: number
  /** Elements done, also when `status` is an error. */
  readonly count: number
}

function batch(
  command: number,
  fd: number,
  count: number,
  flags: bigint,
  buffers: readonly [Uint8Array | null, Uint8Array | null, Uint8Array, Uint8Array | null],
): BatchResult {
  const attr = new Attr(56).u32(32, count).u32(36, fd).u64(40, flags)
  const [cursor, next, keys, values] = buffers
  const status = addon().bpf(command, attr.bytes, 0, cursor, 8, next, 16, keys, 24, values)
  return { status, count: attr.getU32(32) }
}

/** `cursor` null: from the beginning; `next` receives where to go on. `take`: delete what is read. */
export function lookupBatch(
  fd: number,
  cursor: Uint8Array | null,
  next: Uint8Array,
  keys: Uint8Array,
  values: Uint8Array,
  count: number,
  take: boolean,
): BatchResult {
  return batch(take ? Command.mapTakeBatch : Command.mapLookupBatch, fd, count, 0n, [cursor, next, keys, values])
}

export function updateBatch(
  fd: number,
  keys: Uint8Array,
  values: Uint8Array,
  count: number,
  flags: bigint,
): BatchResult {
  return batch(Command.mapUpdateBatch, fd, count, flags, [null, null, keys, values])
}

export function deleteBatch(fd: number, keys: Uint8Array, count: number): BatchResult {
  return batch(Command.mapDeleteBatch, fd, count, 0n, [null, null, keys, null])
}
