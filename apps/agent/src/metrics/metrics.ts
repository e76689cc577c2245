import { renderMetrics, type Sample } from '@skep/daemon'
import type { StatusDocument } from '../control/documents.ts'

interface Family {
  /** Without `skep_agent_`. */
  readonly name: string
  readonly help: string
  readonly samples: (status: StatusDocument, now: number) => readonly Sample[]
}

const one = (value: number): readonly Sample[] => [{ labels: {}, value }]

const perSource = (value: (source: StatusDocument['sources'][number], now: number) => number): Family['samples'] => {
  return (status, now) => status.sources.map((source) => ({ labels: { kind: source.kind }, value: value(source, now) }))
}

const perTable = (value: (gauge: { readonly used: number; readonly size: number }) => number): Family['samples'] => {
  return ({ gauges, sockets, pods }) => [
    ...gauges.map((gauge) => ({ labels: { table: gauge.name }, value: value(gauge) })),
    ...(sockets?.gauges ?? []).map((gauge) => ({ labels: { table: `sock_${gauge.capacity}` }, value: value(gauge) })),
    ...(pods?.gauges ?? []).map((gauge) => ({ labels: { table: `pod_${gauge.capacity}` }, value: value(gauge) })),
  ]
}

const ofDrain = ({ service, backend }: { readonly service: string; readonly backend: string }) => ({ service, backend })

/** Everything is read when somebody asks; counters that the kernel keeps are its own. */
const families: readonly Family[] = [
  { name: 'services', help: 'Services of the cluster', samples: ({ services }) => one(services.total) },
  { name: 'frontends', help: 'Frontends on this node', samples: ({ services }) => one(services.frontends) },
  { name: 'backends', help: 'Backends on this node', samples: ({ services }) => one(services.backends) },
  { name: 'draining_backends', help: 'Backends that terminate', samples: ({ draining }) => one(draining) },
  {
    name: 'drain_open_connections',
    help: 'Sockets of this node that have a backend which terminates, and connections from outside that are translated to it, as they were counted last',
    samples: ({ drains }) =>
      drains.map(({ openConnections, ...drain }) => ({ labels: ofDrain(drain), value: openConnections })),
  },
  {
    name: 'drain_seconds',
    help: 'For how long a backend has drained',
    samples: ({ drains }, now) =>
      drains.map(({ since, ...drain }) => ({ labels: ofDrain(drain), value: now / 1000 - since })),
  },
  {
    name: 'events_written_total',
    help: 'Kubernetes events that were written',
    samples: ({ events }) => one(events.written),
  },
  {
    name: 'events_dropped_total',
    help: 'Kubernetes events that were not: too many at once, or the API server did not take them',
    samples: ({ events }) => one(events.dropped),
  },
  { name: 'problems', help: 'What status calls a problem', samples: ({ problems }) => one(problems.length) },
  { name: 'healthy', help: '1: changes are written as they come', samples: ({ healthy }) => one(Number(healthy)) },
  {
    name: 'last_round_duration_seconds',
    help: 'How long the last round took, from objects to maps',
    samples: ({ round }) => (round ? one(round.ms / 1000) : []),
  },
  { name: 'source_objects', help: 'Objects that are known, by kind', samples: perSource(({ objects }) => objects) },
  {
    name: 'source_lost_seconds',
    help: 'For how long the API server has not been heard; 0: it is',
    samples: perSource(({ lostSince }, now) => (lostSince === undefined ? 0 : (now - lostSince) / 1000)),
  },
  {
    name: 'source_parse_errors_total',
    help: 'Objects that could not be read, each time that they came',
    samples: perSource(({ counts }) => counts.parseErrors),
  },
  {
    name: 'source_restarts_total',
    help: 'Lists and watches that did not end as they should, by reason',
    samples: ({ sources }) =>
      sources.flatMap(({ kind, counts }) =>
        Object.entries(counts.restarts).map(([reason, value]) => ({ labels: { kind, reason }, value })),
      ),
  },
  { name: 'table_used', help: 'Entries in use, by table', samples: perTable(({ used }) => used) },
  { name: 'table_size', help: 'Entries that there is room for, by table', samples: perTable(({ size }) => size) },
  {
    name: 'outside_device_attached',
    help: '1: packets that come in by this device meet the program, in this mode',
    samples: ({ outside }) =>
      (outside?.devices ?? []).map(({ name, mode, attached }) => ({
        labels: { device: name, mode },
        value: Number(attached),
      })),
  },
  {
    name: 'outside_verdicts_total',
    help: 'What became of packets from outside, since the tables were made',
    samples: ({ outside }) =>
      (outside?.verdicts ?? []).map(({ verdict, packets }) => ({ labels: { verdict }, value: packets })),
  },
  {
    name: 'outside_table_percent',
    help: 'How full the tables for packets from outside are',
    samples: ({ outside }) =>
      (outside?.gauges ?? []).map(({ name, percent }) => ({ labels: { table: name }, value: percent })),
  },
  {
    name: 'socket_verdicts_total',
    help: 'What became of sockets, since the maps were made',
    samples: ({ sockets }) =>
      Object.entries(sockets?.verdicts ?? {}).map(([verdict, count]) => ({
        labels: { verdict },
        value: Number(count),
      })),
  },
  {
    name: 'pods_at_device',
    help: 'Pods of this node whose services are translated at their devices',
    samples: ({ pods }) => (pods ? one(pods.rows.filter(({ device }) => device !== undefined).length) : []),
  },
  {
    name: 'pod_verdicts_total',
    help: 'What became of packets at pods’ devices, since the maps were made',
    samples: ({ pods }) =>
      Object.entries(pods?.verdicts ?? {}).map(([verdict, count]) => ({ labels: { verdict }, value: Number(count) })),
  },
]

/** All metrics by their names, with what each says. */
export const metrics: ReadonlyMap<string, string> = new Map(
  families.map(({ name, help }) => [`skep_agent_${name}`, help]),
)

/** The status in Prometheus' text format. `now`: milliseconds since 1970. */
export function formatMetrics(status: StatusDocument, now: number): Promise<string> {
  return renderMetrics(
    families.map(({ name, help, samples }) => ({
      name: `skep_agent_${name}`,
      help,
      // What ends so only grows, though it is read and not counted here.
      type: name.endsWith('_total') ? 'counter' : 'gauge',
      samples: samples(status, now),
    })),
  )
}
