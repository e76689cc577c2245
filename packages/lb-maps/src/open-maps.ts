import { counterCodec, type LbXdp } from '@skep/datapath/lb-xdp'
import { BpfMap, type Codec, possibleCpus, rcuGracePeriod, u32, writeZeros } from 'libbpf-ts'
import { LbMapsError } from './error.ts'
import type { HashKey } from './hash.ts'
import { MappedTable } from './mapped-table.ts'
import { entryBytes, type LbMaps, type Table, type TableName, tableNames } from './maps.ts'

/** Maps of the kernel, mapped into this process. */
export type OpenMaps = LbMaps & Disposable

/**
 * The maps of a loaded `lb_xdp`, each mapped into this process when it is first read or written: mapped pages count as this
 * process's memory, used or not, and `moves`, the largest, is not needed while no slot changes hands. Disposing unmaps them;
 * the maps and what is in them stay. `hashKey` is what the program was configured with. Throws LAYOUT when the sizes are not
 * what the program masks.
 */
export function openMaps(
  maps: Omit<LbXdp['maps'], 'swapLocks' | 'devices' | 'arrivals' | 'departures' | 'ownAddresses'>,
  hashKey: HashKey,
): OpenMaps {
  using stack = new DisposableStack()
  const tables = Object.fromEntries(
    tableNames.map((name): [TableName, Table] => {
      checkTable(name, maps[name].length, maps[name].handle.info.valueSize)
      return [name, stack.use(new MappedTable(name, maps[name]))]
    }),
  ) as Record<TableName, Table>
  const zeros = zeroWriter(maps.memberCounters)
  const owned = stack.move()
  return {
    ...tables,
    hashKey,
    gracePeriod: rcuGracePeriod,
    resetCounters: (ids) => void zeros.setBatch(entriesOf(ids)),
    [Symbol.dispose]: () => owned.dispose(),
  }
}

function checkTable(name: TableName, entries: number, valueSize: number): void {
  const operation = `map ${name}`
  if (valueSize !== entryBytes[name]) {
    throw new LbMapsError('LAYOUT', operation, `its entries have ${valueSize} bytes, not ${entryBytes[name]}`)
  }
  if (/^services[46]$/.test(name) && (entries & (entries - 1)) !== 0) {
    throw new LbMapsError('LAYOUT', operation, `it has ${entries} buckets; make it a power of two, as sizeMaps does`)
  }
}

function* entriesOf(ids: Uint32Array): Generator<readonly [number, undefined]> {
  for (const id of ids) yield [id, undefined]
}

/** The same map, written without making objects: a hundred thousand ids are reset in one go on a cold start. */
function zeroWriter({ handle }: LbXdp['maps']['memberCounters']): BpfMap<number, undefined> {
  const size = counterCodec.size * possibleCpus()
  const zeros: Codec<undefined> = {
    size,
    align: 8,
    read: () => undefined,
    write: (view, offset) => writeZeros(view, offset, size),
  }
  return new BpfMap(handle, { key: u32, value: zeros })
}
