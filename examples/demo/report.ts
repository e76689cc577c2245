import type { Latency, TrafficReport } from '@skep/testbed'
import { table } from '@skep/terminal'

/** What clients saw. */
export interface Requests {
  readonly requests: number
  readonly failed: number
}

export interface Balanced extends Requests {
  readonly perBackend: Readonly<Record<string, number>>
  /** Milliseconds, connecting included. */
  readonly latency: Pick<Latency, 'p50' | 'p99' | 'max'>
}

export interface Restart extends Requests {
  /** Requests that ended while no process ran the load balancer. */
  readonly whileDead: number
  /** New connections from the same client ports that go to another backend after the restart. */
  readonly movedFlows: number
  /** Services and backends that have the ids that they had before. */
  readonly sameIds: boolean
}

export interface RemovedBackend {
  readonly backend: string
  /** New connections, told apart by client port, before and after. */
  readonly flows: number
  /** Those that had gone to the backend: they must move. */
  readonly onRemoved: number
  readonly moved: number
  /** Those that moved although their backend stayed. */
  readonly movedOfOthers: number
  /** Share of the ring's slots that lead to another backend, 0 to 1. */
  readonly slotsMoved: number
  /** Connections that were open all the while, also to the removed backend. */
  readonly live: { readonly connections: number; readonly onRemoved: number; readonly broken: number }
}

/** The document that JSON mode prints. */
export interface Report {
  readonly ipv4: Balanced
  readonly ipv6: Balanced
  readonly restart: Restart
  readonly removeBackend: RemovedBackend
  readonly nsPerPacket: number
  readonly verdicts: Readonly<Record<string, number>>
}

export function balanced({ requests, failed, perServer, latency }: TrafficReport): Balanced {
  const { p50, p99, max } = latency
  return {
    requests,
    failed,
    perBackend: sorted(perServer),
    latency: { p50: round(p50), p99: round(p99), max: round(max) },
  }
}

/** What the demo shows did not hold, as sentences; empty when all did. */
export function failures({ ipv4, ipv6, restart, removeBackend }: Report): string[] {
  const { live, onRemoved, moved, movedOfOthers } = removeBackend
  return [
    ...(ipv4.failed > 0 ? [`${ipv4.failed} requests over IPv4 failed`] : []),
    ...(ipv6.failed > 0 ? [`${ipv6.failed} requests over IPv6 failed`] : []),
    ...[ipv4, ipv6].flatMap(({ perBackend }) =>
      Object.keys(perBackend).length === 3 ? [] : [`only ${Object.keys(perBackend).join(', ')} answered`],
    ),
    ...(restart.failed > 0 ? [`${restart.failed} requests failed around kill -9 and restart`] : []),
    ...(restart.whileDead === 0 ? ['no request ended while the load balancer was dead'] : []),
    ...(restart.movedFlows > 0 ? [`${restart.movedFlows} flows moved by the restart`] : []),
    ...(restart.sameIds ? [] : ['ids changed by the restart']),
    ...(live.broken > 0
      ? [`${live.broken} of ${live.connections} open connections broke when a backend was removed`]
      : []),
    ...(moved - movedOfOthers === onRemoved
      ? []
      : [`only ${moved - movedOfOthers} of ${onRemoved} flows left the removed backend`]),
  ]
}

/** The report for people. */
export function formatReport(report: Report): string {
  const { ipv4, ipv6, restart, removeBackend, nsPerPacket, verdicts } = report
  const backends = [...new Set([...Object.keys(ipv4.perBackend), ...Object.keys(ipv6.perBackend)])]
  const row = (name: string, { requests, failed, perBackend, latency }: Balanced) => [
    name,
    `${requests}`,
    `${failed}`,
    ...backends.map((backend) => `${perBackend[backend] ?? 0}`),
    `${latency.p50} ms`,
    `${latency.p99} ms`,
  ]
  const { live } = removeBackend
  return [
    '',
    ...table([['', 'requests', 'failed', ...backends, 'p50', 'p99'], row('IPv4', ipv4), row('IPv6', ipv6)], {
      left: 1,
    }),
    '',
    'what became of the packets (every outcome is counted)',
    ...table(
      Object.entries(verdicts).map(([verdict, packets]) => [`  ${verdict}`, `${packets}`]),
      { left: 1 },
    ),
    `  ${nsPerPacket} ns per packet in the XDP program (the kernel's own count, which adds some 20 ns of its own)`,
    '',
    'kill -9 under load, then a new start',
    `  ${restart.requests} requests, ${restart.whileDead} of them while no process ran: ${restart.failed} failed`,
    `  ${restart.movedFlows} flows moved to another backend; ids ${restart.sameIds ? 'are what they were' : 'CHANGED'}`,
    '',
    `${removeBackend.backend} is taken out of the configuration`,
    `  open connections: ${live.connections}, of which ${live.onRemoved} to ${removeBackend.backend}: ${live.broken} broke`,
    `  new connections, by client port: ${removeBackend.moved} of ${removeBackend.flows} moved`,
    `    ${removeBackend.onRemoved} had to, for their backend has gone; ${removeBackend.movedOfOthers} others did`,
    `  slots of the ring that lead elsewhere now: ${(100 * removeBackend.slotsMoved).toFixed(1)} %`,
    '',
  ].join('\n')
}

function sorted(counts: Readonly<Record<string, number>>): Record<string, number> {
  return Object.fromEntries(Object.entries(counts).toSorted(([a], [b]) => a.localeCompare(b)))
}

function round(ms: number): number {
  return Math.round(100 * ms) / 100
}
