import { loadLbXdp, type LbXdp } from '@skep/datapath/lb-xdp'
import type { Program } from 'libbpf-ts'
import { type HashKey, type LbMaps, openMaps, type Sizing } from '../src/index.ts'

export const hashKey: HashKey = { key0: 0x243f6a8885a308d3n, key1: 0x13198a2e03707344n }

/** The maps of a program that has just been loaded, and the program: empty, and gone when disposed of. */
export interface FreshMaps extends LbMaps, Disposable {
  readonly program: Program
}

export function freshMaps({ tables, masks, natLines, natEntries }: Sizing): FreshMaps {
  using stack = new DisposableStack()
  const own = Object.entries(tables).map(([name, maxEntries]) => [name, { maxEntries }])
  const lb: LbXdp = stack.use(
    loadLbXdp({
      config: {
        hashKey0: hashKey.key0,
        hashKey1: hashKey.key1,
        services4Mask: masks.services4,
        services6Mask: masks.services6,
        natMask: masks.nat,
        natPortMin: 32768,
        natPortMax: 65535,
        jiffiesPerSecond: 250,
        timeoutOpening: 1,
        timeoutEstablished: 1,
        timeoutClosing: 1,
        timeoutClosed: 1,
        timeoutOther: 1,
      },
      maps: {
        ...Object.fromEntries(own),
        memberCounters: { maxEntries: tables.members },
        natFlows: { maxEntries: natLines },
        natReplies: { maxEntries: natLines },
        natEntries: { maxEntries: natEntries },
      },
    }),
  )
  const maps = stack.use(openMaps(lb.maps, hashKey))
  const owned = stack.move()
  return { ...maps, program: lb.programs.lbXdp, [Symbol.dispose]: () => owned.dispose() }
}
