import { testGlobals } from '../needs/globals.ts'
import type { Actions, GoldenProgram, GoldenRow } from './row.ts'
import { xdpActions } from './row.ts'
import { runGoldenRow } from './run.ts'

/** A test for each row, run through an XDP program. Give a function when the program is loaded in `beforeAll`. */
export function goldenTable(program: GoldenProgram | (() => GoldenProgram), rows: readonly GoldenRow[]): void
/** The same for programs whose return values have other names: `goldenTable(program, rows, tcActions)`. */
export function goldenTable<const A extends Actions>(
  program: GoldenProgram | (() => GoldenProgram),
  rows: readonly GoldenRow<keyof A & string>[],
  actions: A,
): void
export function goldenTable(
  program: GoldenProgram | (() => GoldenProgram),
  rows: readonly GoldenRow<string>[],
  actions: Actions = xdpActions,
): void {
  const { test } = testGlobals()
  for (const row of rows) {
    test(row.name, () => runGoldenRow(typeof program === 'function' ? program() : program, row, actions))
  }
}
