import type { FollowCounts, FollowStatus } from './status.ts'

/** A metric in Prometheus' terms. */
export interface Metric {
  readonly name: string
  readonly help: string
  readonly type: 'gauge' | 'counter'
  readonly samples: readonly { readonly labels: Readonly<Record<string, string>>; readonly value: number }[]
}

/** How following goes, as metrics. */
export function kubeMetrics(all: readonly FollowStatus[]): Metric[] {
  const each = (value: (status: FollowStatus) => number | undefined): Metric['samples'] =>
    all.flatMap((status) => {
      const found = value(status)
      return found === undefined ? [] : [{ labels: { kind: status.kind }, value: found }]
    })
  const gauge = (name: string, help: string, value: (status: FollowStatus) => number | undefined): Metric => ({
    name: `skep_kube_${name}`,
    help,
    type: 'gauge',
    samples: each(value),
  })
  const counter = (name: string, help: string, of: Exclude<keyof FollowCounts, 'restarts'>): Metric => ({
    name: `skep_kube_${name}_total`,
    help,
    type: 'counter',
    samples: each(({ counts }) => counts[of]),
  })
  return [
    gauge('synced', 'Whether all objects have been seen once', ({ synced }) => Number(synced)),
    gauge('objects', 'Objects that are known', ({ objects }) => objects),
    gauge(
      'refused_objects',
      'Objects that cannot be read as they are now; at most 100 are counted',
      (one) => one.refused.length,
    ),
    gauge('last_contact_timestamp_seconds', 'When the source last said anything: the state is as new as that', (one) =>
      seconds(one.lastContactAt),
    ),
    gauge('last_event_timestamp_seconds', 'When an object last changed, came or went', (one) =>
      seconds(one.lastEventAt),
    ),
    gauge('lost_since_timestamp_seconds', 'Since when the source cannot be followed', (one) => seconds(one.lostSince)),
    gauge('list_duration_seconds', 'How long the last whole list took', ({ counts }) => counts.listMs / 1000),
    counter('lists', 'Whole lists', 'lists'),
    counter('watches', 'Watches that began', 'watches'),
    {
      name: 'skep_kube_restarts_total',
      help: 'Lists and watches that did not end as they should',
      type: 'counter',
      samples: all.flatMap(({ kind, counts }) =>
        Object.entries(counts.restarts).map(([reason, value]) => ({ labels: { kind, reason }, value })),
      ),
    },
    counter('events', 'Changes that were told', 'events'),
    counter('received_bytes', 'Bytes that came', 'bytes'),
    counter('parse_errors', 'Objects that could not be read, each time that they came', 'parseErrors'),
  ]
}

function seconds(ms: number | undefined): number | undefined {
  return ms === undefined ? undefined : ms / 1000
}
