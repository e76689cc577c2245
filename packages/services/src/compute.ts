import type { Compiled } from './compile/draft.ts'
import type { Backend } from './model/backend.ts'
import type { Frontend } from './model/frontend.ts'
import type { ServicesOptions } from './options.ts'
import type { Source } from './table/inputs.ts'
import { ServiceTable, type TableState } from './table/table.ts'

/** All frontends and backends. */
export interface Computed {
  readonly frontends: readonly Frontend[]
  readonly backends: readonly Backend[]
  /** What became of each service. */
  readonly services: readonly Compiled[]
}

/** Computes everything from all objects at once: what a `ServiceTable` arrives at, whatever it went through. */
export function computeServices(
  objects: Iterable<Source>,
  options: ServicesOptions,
  now: number,
  state: TableState = {},
): Computed {
  const table = new ServiceTable(options, state)
  for (const object of objects) table.set(object)
  table.update(now)
  return { frontends: [...table.frontends()], backends: [...table.backends()], services: [...table.services()] }
}
