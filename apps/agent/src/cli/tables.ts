import { age, table } from '@skep/terminal'
import type { ExplainedRoute, PeerStatus } from '@skep/bgp'
import type { Backend } from '@skep/services'
import type { ServiceRow, StatusDocument } from '../control/documents.ts'

export function statusLines(status: StatusDocument, now: number): string[] {
  const { services, round, sockets, podsSeen, pods, drains, problems } = status
  return [
    `node ${status.node}, skep-agent ${status.version}: ${status.healthy ? 'healthy' : 'falls behind'}${status.nodeEligible ? '' : ', the node is about to go'}`,
    `services: ${services.total} (${services.skipped} not for this node), ${services.frontends} frontends, ${services.backends} backends, ${status.draining} draining`,
    round
      ? `last round: ${age(now - round.at)} ago, ${round.ms.toFixed(1)} ms`
      : 'last round: none yet, the first sync is under way',
    '',
    ...table([
      ['KIND', 'STATE', 'OBJECTS', 'HEARD', 'LOST FOR'],
      ...status.sources.map(({ kind, state, objects, lastContactAt, lostSince }) => [
        kind,
        state,
        String(objects),
        lastContactAt === undefined ? '-' : `${age(now - lastContactAt)} ago`,
        lostSince === undefined ? '-' : age(now - lostSince),
      ]),
    ]),
    ...(drains.length > 0 ? ['', ...drainLines(drains, now)] : []),
    ...(sockets ? ['', ...socketLines(sockets, podsSeen)] : ['', 'services at the socket: off']),
    ...(pods ? ['', ...podLines(pods)] : []),
    ...outsideLines(status.outside),
    ...(problems.length > 0 ? ['', ...problems.map((line) => `problem: ${line}`)] : []),
  ]
}

function outsideLines(outside: StatusDocument['outside']): string[] {
  if (outside === undefined) return ['', 'packets from outside: left alone']
  const { mode, algorithm, ports, sources, devices, verdicts, gauges } = outside
  return [
    '',
    `packets from outside: ${mode}, ${algorithm}; translated with ports ${ports} of ${sources.join(', ') || 'no address yet'}`,
    ...table([
      ['DEVICE', 'MODE', 'WHY'],
      ...devices.map(({ name, mode: how, attached, why }) => [name, attached ? how : `not attached (${how})`, why]),
    ]),
    ...table(verdicts.map(({ verdict, packets }) => [`  ${verdict}`, String(packets)])),
    ...table(
      gauges
        .filter(({ warning }) => warning)
        .map(({ name, used, size }) => [`  ${name}`, `${used} of ${size}`, 'nearly full']),
    ),
  ]
}

function drainLines(drains: StatusDocument['drains'], now: number): string[] {
  return table([
    ['DRAINS', 'OF', 'SINCE', 'LEFT', 'OPEN', 'TAKES NEW'],
    ...drains.map(({ backend, service, since, deadline, openConnections, accepts, isOver }) => [
      backend,
      service,
      age(now - since * 1000),
      isOver ? 'over' : deadline === undefined ? '-' : age(Math.max(0, deadline * 1000 - now)),
      String(openConnections),
      accepts ? 'yes' : 'no',
    ]),
  ])
}

function socketLines(
  { verdicts, gauges }: NonNullable<StatusDocument['sockets']>,
  podsSeen: StatusDocument['podsSeen'],
): string[] {
  const seen = Object.entries(verdicts).filter(([, count]) => count !== '0')
  return [
    `services at the socket:${podsSeen ? ` met by ${podsSeen.seen} of ${podsSeen.seen + podsSeen.missed.length} pods that run here` : ''}`,
    ...table(seen.map(([name, count]) => [`  ${name}`, count])),
    ...table(
      gauges.map(({ capacity, used, size, warning }) => [
        `  ${capacity}`,
        `${used} of ${size}`,
        warning ? 'nearly full' : '',
      ]),
    ),
  ]
}

function podLines({ rows, verdicts, gauges }: NonNullable<StatusDocument['pods']>): string[] {
  const served = rows.filter(({ device }) => device !== undefined)
  const hints = rows.filter(({ hint }) => hint !== undefined)
  const flows = gauges.find(({ capacity }) => capacity === 'flows')
  return [
    `services at pods’ devices: ${served.length} pods${flows ? `, ${flows.used} of ${flows.size} entries for connections` : ''}`,
    ...table(served.map(({ pod, device, choice }) => [`  ${pod}`, device!.name, choice.why])),
    ...table(Object.entries(verdicts).flatMap(([name, count]) => (count === '0' ? [] : [[`  ${name}`, count]]))),
    ...hints.map(({ pod, hint }) => `  ${pod}: ${hint}`),
  ]
}

export function servicesTable(rows: readonly ServiceRow[]): string[] {
  return table([
    ['SERVICE', 'KIND', 'SCOPE', 'FRONTEND', 'BACKENDS', 'DRAINING', 'STATUS'],
    ...rows.map(({ service, kind, scope, frontend, protocol, backends, draining, status }) => [
      service,
      kind,
      scope,
      `${frontend}/${protocol}`,
      String(backends),
      String(draining),
      status,
    ]),
  ])
}

export function backendsTable(backends: readonly Backend[]): string[] {
  return table([
    ['ID', 'BACKEND', 'NODE', 'ZONE', 'STATE'],
    ...backends.map(({ id, address, port, protocol, nodeName, zone, state }) => [
      String(id),
      `${address.includes(':') ? `[${address}]` : address}:${port}/${protocol}`,
      nodeName ?? '-',
      zone ?? '-',
      state,
    ]),
  ])
}

/** What `skep-agent bgp` shows. */
export interface BgpDocument {
  readonly peers: readonly PeerStatus[]
  readonly routes: readonly ExplainedRoute[]
}

export function bgpLines({ peers, routes }: BgpDocument, now: number): string[] {
  return [
    ...table([
      ['PEER', 'ADDRESS', 'AS', 'STATE', 'FOR', 'LAST ERROR'],
      ...peers.map(({ name, address, asn, state, since, lastError }) => [
        name,
        address,
        String(asn),
        state,
        age(now - since),
        lastError?.what ?? '-',
      ]),
    ]),
    ...routes.flatMap(({ prefix, owner, reason, verdicts }) => [
      '',
      `${prefix}  ${owner}: ${reason}`,
      ...verdicts.map(
        ({ peer, announced, why }) => `  ${announced ? 'announced to' : 'withheld from'} ${peer}: ${why}`,
      ),
    ]),
  ]
}
