import type { HeldReport, TrafficReport } from '@skep/testbed'

/** What was done to the load balancer. */
export interface Troubles {
  /** Configurations that were applied: a backend comes or goes with each. */
  readonly reloads: number
  /** `kill -9`, each with a new start. */
  readonly kills: number
  /** A health check that began or ceased to fail, of a backend that answers all the while. */
  readonly flaps: number
}

/** One kind of traffic. */
export interface Outcome {
  readonly requests: number
  readonly failed: number
  /** Connections that should have lived on and were opened anew. */
  readonly reopened: number
  readonly reasons: Readonly<Record<string, number>>
}

export interface Report extends Troubles {
  readonly seconds: number
  readonly requests: number
  readonly traffic: Readonly<Record<string, Outcome>>
  /** Connections that stayed open from first to last, with little traffic. */
  readonly held: { readonly connections: number; readonly broken: number }
  /** Failed requests and broken connections in all. Every backend answers at all times, so none may be. */
  readonly broken: number
}

/** `keptOpen`: connections that the traffic was to use for all its requests; absent when each has its own. */
export function outcome(report: TrafficReport, keptOpen?: number): Outcome {
  const { requests, failed, failuresByReason: reasons, connections } = report
  return { requests, failed, reopened: keptOpen === undefined ? 0 : Math.max(0, connections - keptOpen), reasons }
}

export function summarize(
  seconds: number,
  troubles: Troubles,
  traffic: Readonly<Record<string, Outcome>>,
  held: readonly Pick<HeldReport, 'alive' | 'broken'>[],
): Report {
  const sum = (values: readonly number[]): number => values.reduce((a, b) => a + b, 0)
  const outcomes = Object.values(traffic)
  const lost = sum(held.map(({ broken }) => broken.length))
  return {
    seconds,
    ...troubles,
    requests: sum(outcomes.map(({ requests }) => requests)),
    traffic,
    held: { connections: sum(held.map(({ alive }) => alive)) + lost, broken: lost },
    broken: sum(outcomes.map(({ failed, reopened }) => Math.max(failed, reopened))) + lost,
  }
}
