import type { BackendTable } from './wanted.ts'

/** The input, with each row's index in the `sources` table. */
export interface SourcedTable extends BackendTable {
  readonly sourceIndexes: Uint32Array
}
