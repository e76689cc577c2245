/** The part of `skep-lb status --json` that the demo reads. */
export interface Status {
  readonly program: { readonly runs: number; readonly runTimeNs: number } | null
  readonly services: readonly {
    readonly id: number
    readonly frontend: string
    readonly members: readonly { readonly id: number; readonly backend: string }[]
  }[]
  readonly verdicts: readonly { readonly verdict: string; readonly packets: number }[]
}

/** The ids of services and backends, as one text to compare. */
export function idsOf({ services }: Status): string {
  return JSON.stringify(
    services.map(({ id, frontend, members }) => [id, frontend, members.map((m) => [m.id, m.backend])]),
  )
}

/** What was counted, without outcomes that did not occur. */
export function verdictsOf({ verdicts }: Status): Record<string, number> {
  return Object.fromEntries(
    verdicts.filter(({ packets }) => packets > 0).map(({ verdict, packets }) => [verdict, packets]),
  )
}

/** Nanoseconds per run of the program between two moments. */
export function nsPerPacket(before: Status, after: Status): number {
  const runs = (after.program?.runs ?? 0) - (before.program?.runs ?? 0)
  const time = (after.program?.runTimeNs ?? 0) - (before.program?.runTimeNs ?? 0)
  return Math.round(time / Math.max(1, runs))
}
