/**
 * One line of a benchmark's table: a name and figures whose unit is in their name (`seconds`, `ownNs`, `ratio`); or
 * `skipped`, with the reason.
 */
export interface BenchCase {
  readonly name: string
  readonly [figure: string]: number | string
}

/** What `make bench ONLY=…` picks by. */
export const groups = ['bgp', 'control', 'datapath', 'end-to-end', 'forwarding', 'informer', 'kube-proxy'] as const
export type Group = (typeof groups)[number]

export type Report = (result: BenchCase) => void

/** What a `bench/*.bench.ts` file exports by default. */
export interface Bench {
  readonly group: Group
  /** It takes long: it is left out of everything, and run by its group's name alone. */
  readonly onlyAsked?: boolean
  /** Reports each case once; and to `floor` what no case can be below, or what others pay. */
  run(report: Report, floor: Report): Promise<void> | void
}
