import type { LbConfig } from '@skep/datapath/lb-xdp'
import { type LbMaps, openMaps } from '@skep/lb-maps'
import { readProgram } from '../datapath/installed.ts'
import { programPin } from '../datapath/pin.ts'
import type { InstancePaths } from '../instance/paths.ts'
import { openTables, type Tables } from './tables.ts'

/** An instance as it is in the kernel, opened for reading: no process needs to run it. */
export interface OpenInstance extends Disposable {
  readonly tables: Tables
  readonly maps: LbMaps
  /** Of the pinned program; `undefined` where a start was killed before its program was pinned. */
  readonly config: LbConfig | undefined
}

/** Opens an instance; `undefined` where it is not installed. */
export function openInstance(paths: InstancePaths): OpenInstance | undefined {
  using stack = new DisposableStack()
  const tables = openTables(paths)
  if (tables === undefined) return undefined
  stack.use(tables)
  const config = readProgram(programPin(paths))
  const maps = stack.use(openMaps(tables, { key0: config?.hashKey0 ?? 0n, key1: config?.hashKey1 ?? 0n }))
  const owned = stack.move()
  return { tables, maps, config, [Symbol.dispose]: () => owned.dispose() }
}
