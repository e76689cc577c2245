import { readFileSync } from 'node:fs'
import type { LbConfig } from '@skep/datapath/lb-xdp'
import { formatFrontend, type LbMaps, openMaps } from '@skep/lb-maps'
import { parseConfig } from '../config/load.ts'
import { readProgram } from '../datapath/installed.ts'
import { programPin } from '../datapath/load.ts'
import { readOwner, type Owner } from '../instance/process.ts'
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

/** Names of services by frontend. The kernel knows none; the configuration that was last used may. */
export function serviceNames(paths: InstancePaths, owner: Owner | undefined = readOwner(paths)): Map<string, string> {
  try {
    const { services } = parseConfig('', readFileSync(owner?.config ?? '', 'utf8'))
    return new Map(services.flatMap(({ name, frontends }) => frontends.map((each) => [formatFrontend(each), name])))
  } catch {
    return new Map()
  }
}
