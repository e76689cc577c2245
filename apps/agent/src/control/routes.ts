import { isIP } from 'node:net'
import { json, text, type Answer, type Handler } from '@skep/control-socket'
import { CONTENT_TYPE } from '@skep/daemon'
import type { EventRecorder, Source } from '@skep/kube'
import { explain, formatExplanation } from '@skep/services'
import type { Agent } from '../agent.ts'
import type { Drains } from '../drain/drains.ts'
import { configDocument } from '../options/explain.ts'
import type { RouteAnnouncer } from '../bgp/announcer.ts'
import type { Resolved } from '../options/resolve.ts'
import { explainOutside } from '../outside/explain.ts'
import type { OpenedOutside } from '../outside/open.ts'
import { outsideStatus } from '../outside/status.ts'
import type { Sockets } from '../sockets/sockets.ts'
import { formatMetrics } from '../metrics/metrics.ts'
import { serviceRows, type StatusDocument, statusDocument } from './documents.ts'

export interface ControlParts {
  readonly version: string
  readonly agent: Agent
  readonly source: Source
  readonly sockets: Sockets | undefined
  readonly opened: OpenedOutside
  readonly announcer: RouteAnnouncer | undefined
  readonly drains: Drains
  readonly recorder: EventRecorder
  readonly resolved: Resolved
  /** The cookie of the host's network namespace. */
  readonly hostNetns: bigint
}

/** What the commands ask a running agent. */
export function routes(parts: ControlParts): Handler {
  const { agent, resolved, announcer } = parts
  const answers: Readonly<Record<string, (query: URLSearchParams) => Answer | Promise<Answer>>> = {
    'GET /status': () => json(withSeen(statusOf(parts), parts)),
    'GET /metrics': async () => text(await formatMetrics(statusOf(parts), Date.now()), CONTENT_TYPE),
    'GET /services': () => json(serviceRows(agent)),
    'GET /backends': () => json([...agent.table.backends()]),
    'GET /config': () => json(configDocument(resolved)),
    'GET /bgp': () => json({ peers: announcer?.peers() ?? [], routes: announcer?.routes() ?? [] }),
    'GET /explain': (query) => explained(parts, query.get('what') ?? ''),
  }
  return ({ what, query }) => (Object.hasOwn(answers, what) ? answers[what]!(query) : undefined)
}

/** How everything is now. */
export function statusOf({
  agent,
  source,
  sockets,
  opened,
  announcer,
  drains,
  recorder,
  version,
}: ControlParts): StatusDocument {
  return statusDocument(agent, {
    version,
    sources: source.status(),
    sockets,
    outside: outsideStatus(opened),
    withheld: announcer?.withheld ?? [],
    drains,
    events: recorder.counts,
  })
}

/** All processes are looked at for it: for people, not for each scrape. */
function withSeen(status: StatusDocument, { agent, sockets }: ControlParts): StatusDocument {
  if (sockets === undefined || agent.pods === undefined) return status
  const podsSeen = agent.pods.seenBelow(sockets.cgroup)
  const problems = podsSeen.missed.map((pod) => `${pod}: ${missed(sockets.cgroup)}`)
  return { ...status, podsSeen, problems: [...status.problems, ...problems] }
}

function missed(cgroup: string): string {
  return `its processes are outside of ${cgroup}, so that their sockets do not meet the programs; is that the host’s root?`
}

/** `namespace/name` of a service or pod, or an address and port that somebody connects to. */
function explained(parts: ControlParts, what: string): Answer {
  const destination = parseDestination(what)
  if (destination) return explainDestination(parts, destination)
  const found = explain(parts.agent.table, what, Date.now() / 1000)
  const pod = parts.agent.pods?.explain(what) ?? []
  if (found || pod.length > 0) return text([...pod, ...(found ? formatExplanation(found) : [])].join('\n'))
  return json(
    {
      error: `${JSON.stringify(what)} is no service here, and no pod of this node; write namespace/name, or address:port`,
    },
    404,
  )
}

/** The host's own way there, and that of packets from outside. */
function explainDestination(parts: ControlParts, destination: { address: string; port: number }): Answer {
  return text([...fromHost(parts, destination), ...explainOutside(parts, destination)].join('\n'))
}

function fromHost(
  { sockets, hostNetns }: ControlParts,
  destination: { address: string; port: number },
): readonly string[] {
  if (sockets === undefined) return ['services at the socket are off: enable-host-reachable-services is false']
  const protocols = ['TCP', 'UDP'] as const
  return protocols.flatMap((protocol) => {
    const { verdict, backends, lines: why } = sockets.explain({ ...destination, protocol, netns: hostNetns })
    const chosen = backends.map(({ address, port, slots }) => `  ${address}:${port} with ${slots} slots`)
    return [`${protocol}, from the host: ${verdict}`, ...why.map((line) => `  ${line}`), ...chosen]
  })
}

function parseDestination(what: string): { address: string; port: number } | undefined {
  const [, bracketed, plain, port] = /^(?:\[([^\]]+)\]|([^:]+)):(\d+)$/.exec(what) ?? []
  const address = bracketed ?? plain ?? ''
  return isIP(address) === 0 ? undefined : { address, port: Number(port) }
}
