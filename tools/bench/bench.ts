/** One line of a benchmark's table: a name and figures whose unit is in their name (`seconds`, `nsPerPacket`, `ratio`). */
export interface BenchCase {
  readonly name: string
  readonly [figure: string]: number | string
}

/** What a `bench/*.bench.ts` file exports by default. `make bench ONLY=<group>` picks by group. */
export interface Bench {
  readonly group: 'control' | 'datapath'
  run(report: (result: BenchCase) => void): Promise<void> | void
}
