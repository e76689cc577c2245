import type { GaugeStatus, NextHopStatus } from '@skep/lb-engine'
import type { Status } from '../status/status.ts'
import type { Family } from '@skep/daemon'
import type { FamilyRule } from './names.ts'

/** What an instance has once, however many services it serves. */
export function fixedFamilies(status: Status): Family[] {
  return rules.map((rule) => ({ ...rule, samples: rule.samples(status) }))
}

/** A label's value: `NAT ports towards the busiest backend` → `nat_ports_towards_the_busiest_backend`. */
export function tableLabel({ name }: Pick<GaugeStatus, 'name'>): string {
  return name
    .toLowerCase()
    .replaceAll(/[^a-z0-9]+/g, '_')
    .replaceAll(/^_|_$/g, '')
}

const perVerdict = (value: 'packets' | 'bytes') => (status: Status) =>
  status.verdicts.map((one) => ({ labels: { verdict: one.verdict, action: one.action }, value: one[value] }))

const perTable = (value: (gauge: GaugeStatus) => number) => (status: Status) =>
  status.gauges.map((gauge) => ({ labels: { table: tableLabel(gauge) }, value: value(gauge) }))

const perProgram = (value: (program: NonNullable<Status['program']>) => number) => (status: Status) =>
  status.program === null || status.program.runs === 0 ? [] : [{ labels: {}, value: value(status.program) }]

const phases = ['usable', 'resolving', 'failed', 'absent'] as const

/** A network may have thousands that never gave trouble. */
const MOST_HOPS = 256

const perTroubledHop = (value: (hop: NextHopStatus) => number) => (status: Status) =>
  status.nextHops
    .filter(({ failures, moves }) => failures + moves > 0)
    .toSorted((a, b) => b.failures + b.moves - a.failures - a.moves)
    .slice(0, MOST_HOPS)
    .map((hop) => ({ labels: { address: hop.address, device: hop.device }, value: value(hop) }))

const rules: readonly FamilyRule[] = [
  {
    name: 'packets_total',
    type: 'counter',
    help: 'Packets by what became of them, since the instance was installed. Each packet is counted once.',
    samples: perVerdict('packets'),
  },
  {
    name: 'packet_bytes_total',
    type: 'counter',
    help: 'Bytes of frames, as received, by what became of them.',
    samples: perVerdict('bytes'),
  },
  {
    name: 'connections',
    type: 'gauge',
    help: 'Connections in the NAT table by their state.',
    samples: ({ connections }) =>
      Object.entries(connections ?? {}).map(([state, value]) => ({ labels: { state }, value: Number(value) })),
  },
  {
    name: 'capacity_used',
    type: 'gauge',
    help: 'How much of a bounded table, or of the range of NAT ports towards one backend, is in use.',
    samples: perTable(({ used }) => used),
  },
  {
    name: 'capacity_limit',
    type: 'gauge',
    help: 'How much there is of a bounded table or range.',
    samples: perTable(({ size }) => size),
  },
  {
    name: 'capacity_warning',
    type: 'gauge',
    help: '1: so full that its setting should be raised.',
    samples: perTable(({ warning }) => Number(warning)),
  },
  {
    name: 'device_attached',
    type: 'gauge',
    help: '1: the program is on the device; 0: the device has gone.',
    samples: ({ devices }) =>
      devices.map(({ name, mode, attached }) => ({ labels: { device: name, mode }, value: Number(attached) })),
  },
  {
    name: 'next_hops',
    type: 'gauge',
    help: 'Neighbours that packets are sent to, by their state: usable, resolving, failed, absent.',
    samples: ({ nextHops }) =>
      phases.map((state) => ({ labels: { state }, value: nextHops.filter((one) => one.state === state).length })),
  },
  {
    name: 'next_hop_failed',
    type: 'gauge',
    help: '1: the next hop does not answer; 0: it does again. Only of those that ever failed, 256 at most.',
    samples: perTroubledHop(({ state }) => Number(state === 'failed')),
  },
  {
    name: 'next_hop_failures_total',
    type: 'counter',
    help: 'How often a next hop stopped answering.',
    samples: perTroubledHop(({ failures }) => failures),
  },
  {
    name: 'next_hop_moves_total',
    type: 'counter',
    help: 'How often a next hop came with another MAC address.',
    samples: perTroubledHop(({ moves }) => moves),
  },
  {
    name: 'controller_running',
    type: 'gauge',
    help: '1: a process runs the instance; 0: packets are served, but changes are not followed.',
    samples: ({ process }) => [{ labels: {}, value: Number(process?.alive === true) }],
  },
  {
    name: 'health_running',
    type: 'gauge',
    help: '1: a process checks the backends; 0: they stay as they were judged last. Absent: none is checked.',
    samples: ({ health }) => (health === null ? [] : [{ labels: {}, value: Number(health.pid !== null) }]),
  },
  {
    name: 'announcer_running',
    type: 'gauge',
    help: '1: a process announces the addresses; 0: others own them. Absent: nothing is announced.',
    samples: ({ announce }) => (announce === null ? [] : [{ labels: {}, value: Number(announce.pid !== null) }]),
  },
  {
    name: 'announce_active',
    type: 'gauge',
    help: '1: this host owns the addresses of the virtual router; 0: another does, or nobody.',
    samples: ({ announce }) =>
      (announce?.routers ?? []).map(({ device, id, family, state }) => ({
        labels: { device, id: `${id}`, family },
        value: Number(state === 'active'),
      })),
  },
  {
    name: 'program_runs_total',
    type: 'counter',
    help: 'Runs of the program. Only while the kernel counts them: sysctl kernel.bpf_stats_enabled=1.',
    samples: perProgram(({ runs }) => runs),
  },
  {
    name: 'program_run_seconds_total',
    type: 'counter',
    help: 'Time that those runs took.',
    samples: perProgram(({ runTimeNs }) => runTimeNs / 1e9),
  },
]
