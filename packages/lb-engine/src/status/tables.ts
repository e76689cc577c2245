import { existsSync } from 'node:fs'
import { join } from 'node:path'
import * as lb from '@skep/datapath/lb-xdp'
import { ArrayMap, type Codec, MapHandle, PerCpuMap, u32 } from 'libbpf-ts'
import type { InstancePaths } from '../instance/paths.ts'

/** The pinned tables of an instance, opened as they are: no program is loaded, nothing is written. Nobody looks at the lock, nor at what is told of devices. */
export type Tables = Omit<lb.LbXdp['maps'], 'swapLocks' | 'devices' | 'arrivals' | 'departures' | 'ownAddresses'> &
  Disposable

/** Opens the tables; `undefined` where the instance is not installed. */
export function openTables(paths: InstancePaths): Tables | undefined {
  if (!existsSync(join(paths.maps, 'member_counters'))) return undefined
  using stack = new DisposableStack()
  const open = (name: string) => stack.use(MapHandle.openPinned(join(paths.maps, name)))
  const array = <T>(name: string, value: Codec<T>) => new ArrayMap(open(name), { value })
  const counters = (name: string) => new PerCpuMap(open(name), { key: u32, value: lb.counterCodec })
  const maps = {
    services4: array('services4', lb.serviceBucket4Codec),
    services6: array('services6', lb.serviceBucket6Codec),
    services: array('services', lb.serviceCodec),
    rings: array('rings', lb.ringLineCodec),
    memberIds: array('member_ids', lb.memberLineCodec),
    members: array('members', lb.memberCodec),
    sources: array('sources', lb.sourceCodec),
    natFlows: array('nat_flows', lb.natLineCodec),
    natReplies: array('nat_replies', lb.natLineCodec),
    natEntries: array('nat_entries', lb.natEntryCodec),
    pulse: array('pulse', lb.pulseCodec),
    hops: array('hops', lb.hopCodec),
    fragments: array('fragments', lb.fragmentCodec),
    moves: array('moves', lb.moveLineCodec),
    records: array('records', lb.recordLineCodec),
    ranges: array('ranges', lb.rangeLineCodec),
    rates: array('rates', lb.rateLineCodec),
    verdictCounters: counters('verdict_counters'),
    memberCounters: counters('member_counters'),
  }
  const owned = stack.move()
  return { ...maps, [Symbol.dispose]: () => owned.dispose() }
}
