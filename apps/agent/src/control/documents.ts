import { type EventRecorder, type FollowStatus, formatRefusal } from '@skep/kube'
import type { Gauge as PodGauge } from '@skep/pod-tc'
import { capacity, type Compiled, type DrainProgress, type Frontend, type Gauge } from '@skep/services'
import type { Gauge as SocketGauge } from '@skep/sock-lb'
import type { Agent, Round } from '../agent.ts'
import type { Drains } from '../drain/drains.ts'
import type { OutsideStatus } from '../outside/status.ts'
import type { PodRow, Pods, Seen } from '../pods/pods.ts'
import type { Sockets } from '../sockets/sockets.ts'

/** What `skep-agent status` shows. */
export interface StatusDocument {
  readonly version: string
  readonly node: string
  readonly healthy: boolean
  readonly nodeEligible: boolean
  readonly sources: readonly FollowStatus[]
  readonly services: {
    readonly total: number
    readonly skipped: number
    readonly frontends: number
    readonly backends: number
  }
  readonly draining: number
  /** How far each of them is. */
  readonly drains: readonly DrainProgress[]
  /** What was told to users of services as Kubernetes events. */
  readonly events: EventCounts
  /** `undefined`: services at the socket are not asked for. */
  readonly sockets?: { readonly verdicts: Readonly<Record<string, string>>; readonly gauges: readonly SocketGauge[] }
  /** Pods with processes, by whether their sockets meet the programs; `undefined`: as `sockets`. */
  readonly podsSeen?: Seen
  /** `undefined`: packets from outside are not asked for. */
  readonly outside?: OutsideStatus
  /** `undefined`: as `sockets`. */
  readonly pods?: PodsDocument
  readonly gauges: readonly Gauge[]
  readonly round?: Round
  readonly problems: readonly string[]
}

/** Pods of this node, and those that are served at their devices. */
export interface PodsDocument {
  readonly rows: readonly PodRow[]
  readonly verdicts: Readonly<Record<string, string>>
  readonly gauges: readonly PodGauge[]
}

type EventCounts = EventRecorder['counts']

/** What the agent itself does not know. */
interface Around {
  readonly version: string
  readonly sources: readonly FollowStatus[]
  readonly sockets: Sockets | undefined
  readonly outside: OutsideStatus | undefined
  /** Service addresses that are not announced although somebody answers for them. */
  readonly withheld: readonly string[]
  readonly drains: Pick<Drains, 'progress' | 'trouble'>
  readonly events: EventCounts
}

export function statusDocument(
  agent: Agent,
  { version, sources, sockets, outside, withheld, drains, events }: Around,
): StatusDocument {
  const { table, round, health } = agent
  const compiled = [...table.services()]
  return {
    version,
    node: table.options.nodeName,
    healthy: health.isHealthy,
    nodeEligible: health.isNodeEligible,
    sources,
    services: {
      total: compiled.length,
      skipped: compiled.filter(({ skipped }) => skipped !== undefined).length,
      frontends: [...table.frontends()].length,
      backends: table.backendCount,
    },
    draining: [...table.drains].length,
    drains: drains.progress,
    events,
    ...(sockets && { sockets: { verdicts: counts(sockets), gauges: sockets.gauges() } }),
    ...(outside && { outside }),
    ...(agent.pods && { pods: podsDocument(agent.pods) }),
    gauges: capacity(table),
    ...(round && { round }),
    problems: [
      ...[sockets?.trouble, drains.trouble].filter((trouble) => trouble !== undefined),
      ...problemsOf(agent, sources, compiled),
      ...(outside?.problems ?? []),
      ...withheld,
    ],
  }
}

function podsDocument(pods: Pods): PodsDocument {
  return { rows: pods.rows(), verdicts: counts(pods), gauges: pods.gauges() }
}

function counts(counted: Pick<Sockets | Pods, 'verdicts'>): Record<string, string> {
  return Object.fromEntries(Object.entries(counted.verdicts()).map(([name, count]) => [name, String(count)]))
}

function problemsOf(
  { round, closedPorts }: Agent,
  sources: readonly FollowStatus[],
  compiled: readonly Compiled[],
): string[] {
  return [
    ...sources.flatMap(({ kind, error }) => (error === undefined ? [] : [`${kind}: ${error}`])),
    ...sources.flatMap(({ refused }) => refused.map(formatRefusal)),
    ...compiled.flatMap(({ name, problems }) => problems.map(({ path, message }) => `${name}: ${path}: ${message}`)),
    ...closedPorts.map(({ service, port, cause }) => `${service}: health-check port ${port}: ${cause.message}`),
    ...(round?.problems ?? []),
  ]
}

/** A row of `skep-agent services`. */
export interface ServiceRow {
  readonly service: string
  readonly frontend: string
  readonly protocol: string
  readonly scope: Frontend['scope']
  readonly kind: Frontend['kind']
  /** Members that take connections. */
  readonly backends: number
  readonly draining: number
  /** `4 → 2 by zone a`. */
  readonly status: string
}

export function serviceRows({ table }: Agent): ServiceRow[] {
  return [...table.frontends()].map(({ service, address, port, protocol, scope, kind, members }) => ({
    service,
    frontend: address.includes(':') ? `[${address}]:${port}` : `${address}:${port}`,
    protocol,
    scope,
    kind,
    backends: members.filter(({ weight }) => weight > 0).length,
    draining: members.filter(({ weight }) => weight === 0).length,
    status: table.service(service)?.status ?? '',
  }))
}
