import { table } from '@skep/terminal'
import { type Kind, kinds } from './addresses.ts'
import type { Outcome } from './load.ts'
import type { Measured } from './measure.ts'
import type { RouterName } from './router.ts'

/** The document that JSON mode prints. */
export interface Report {
  readonly router: RouterName
  /** After so long without a packet BFD calls the way cut. */
  readonly bfdMs: number
  /** A new connection without an answer for so long counts as failed. */
  readonly patienceMs: number
  readonly scenarios: readonly Measured[]
}

/** What has to hold did not, as sentences; empty when all did. */
export function failures({ scenarios }: Report): string[] {
  return scenarios.flatMap(({ scenario, routerMs, outcomes }) => {
    const all = (kind: Kind) => sum(outcomes.filter((one) => one.kind === kind))
    const { broken } = all('stable')
    const silent = routerMs === null ? kinds.filter((kind) => all(kind).broken + all(kind).failed > 0) : []
    const later = kinds.filter((kind) => all(kind).failedAfter > 0)
    return [
      ...(broken > 0 ? [`${scenario}: ${broken} connections through stable slots broke`] : []),
      ...silent.map((kind) => `${scenario}: clients of ${kind} noticed it`),
      ...later.map((kind) => `${scenario}: new connections of ${kind} failed when the router had turned away`),
    ]
  })
}

/** The report for people. */
export function formatReport({ router, bfdMs, patienceMs, scenarios }: Report): string {
  const title = { stable: 'stable slots', moving: 'moving slots', snat: 'SNAT' } as const
  const of = (outcomes: readonly Outcome[], kind: Kind) => sum(outcomes.filter((one) => one.kind === kind))
  const rows = (cells: (one: Totals) => string[]) => (kind: Kind) =>
    scenarios.map(({ outcomes }) => cells(of(outcomes, kind)))
  const held = kinds.map(rows(({ broken, held: all }) => [`${broken} of ${all}`]))
  const fresh = kinds.map(rows(({ failed, opened, failedForMs }) => [`${failed} of ${opened}`, `${failedForMs} ms`]))
  const lines = scenarios.map(({ scenario, what }) => `  ${scenario}: ${what}`)
  return [
    '',
    `three load balancers behind ${router.toUpperCase()}, BFD ${bfdMs} ms; IPv4 and IPv6`,
    ...lines,
    '',
    'open connections that broke',
    ...table(
      [
        ['', 'router turned after', ...kinds.map((kind) => title[kind])],
        ...scenarios.map(({ scenario, routerMs }, i) => [
          `  ${scenario}`,
          routerMs === null ? '–' : `${routerMs} ms`,
          ...held.flatMap((cells) => cells[i]!),
        ]),
      ],
      { left: 1 },
    ),
    '',
    `new connections without an answer in ${patienceMs} ms; from the first one that failed to the last one`,
    ...table(
      [
        ['', ...kinds.flatMap((kind) => [title[kind], ''])],
        ...scenarios.map(({ scenario }, i) => [`  ${scenario}`, ...fresh.flatMap((cells) => cells[i]!)]),
      ],
      { left: 1 },
    ),
    '',
  ].join('\n')
}

type Totals = Pick<Outcome, 'held' | 'broken' | 'opened' | 'failed' | 'failedForMs' | 'failedAfter'>

/** Both families as one. */
function sum(outcomes: readonly Outcome[]): Totals {
  const add = (of: (one: Outcome) => number): number => outcomes.reduce((total, one) => total + of(one), 0)
  return {
    held: add(({ held }) => held),
    broken: add(({ broken }) => broken),
    opened: add(({ opened }) => opened),
    failed: add(({ failed }) => failed),
    failedForMs: Math.max(0, ...outcomes.map(({ failedForMs }) => failedForMs)),
    failedAfter: add(({ failedAfter }) => failedAfter),
  }
}
