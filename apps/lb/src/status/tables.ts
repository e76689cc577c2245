import { existsSync } from 'node:fs'
import { join } from 'node:path'
import {
  type Counter,
  counterCodec,
  type Member,
  memberCodec,
  type MemberLine,
  memberLineCodec,
  type NatLine,
  natLineCodec,
  type RingLine,
  ringLineCodec,
  type Service,
  serviceCodec,
  type Source,
  sourceCodec,
} from '@skep/datapath/lb-xdp'
import { ArrayMap, MapHandle, PerCpuMap, u32, type Codec, type MappedArray } from 'libbpf-ts'
import type { InstancePaths } from '../instance/paths.ts'

/** An array in the kernel, mapped into this process. */
export interface MappedTable<T> {
  readonly entries: number
  readonly buffer: ArrayBuffer
  read(index: number): T
}

interface Values {
  services: Service
  rings: RingLine
  member_ids: MemberLine
  members: Member
  sources: Source
  nat_flows: NatLine
}

const codecs: { readonly [K in keyof Values]: Codec<Values[K]> } = {
  services: serviceCodec,
  rings: ringLineCodec,
  member_ids: memberLineCodec,
  members: memberCodec,
  sources: sourceCodec,
  nat_flows: natLineCodec,
}

/** The pinned tables of an instance, opened for reading. */
export interface Tables extends Disposable {
  table<K extends keyof Values>(name: K): MappedTable<Values[K]>
  counters(name: 'verdict_counters' | 'member_counters'): PerCpuMap<number, Counter>
}

/** Opens the tables; `undefined` where the instance is not installed. */
export function openTables(paths: InstancePaths): Tables | undefined {
  if (!existsSync(join(paths.maps, 'member_counters'))) return undefined
  const stack = new DisposableStack()
  const opened = new Map<string, MappedTable<never>>()
  return {
    table: (name) => {
      const found = opened.get(name) ?? mapTable(join(paths.maps, name), codecs[name] as Codec<never>, stack)
      opened.set(name, found)
      return found
    },
    counters: (name) =>
      stack.use(new PerCpuMap(MapHandle.openPinned(join(paths.maps, name)), { key: u32, value: counterCodec })),
    [Symbol.dispose]: () => stack.dispose(),
  }
}

function mapTable<T>(pin: string, value: Codec<T>, stack: DisposableStack): MappedTable<T> {
  const map = stack.use(new ArrayMap(MapHandle.openPinned(pin), { value }))
  const { buffer, elementSize }: MappedArray = stack.use(map.mmap())
  const view = new DataView(buffer)
  return { entries: map.length, buffer, read: (index) => value.read(view, index * elementSize) }
}
