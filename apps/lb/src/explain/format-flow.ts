import { formatEndpoint } from '@skep/lb-maps'
import { table } from '@skep/terminal'
import type { FlowReport } from './flow.ts'

/** What becomes of a flow, for people: the answer first, then why. */
export function formatFlow(report: FlowReport): string {
  const { flow, verdict, why } = report
  const from = formatEndpoint(flow.client, flow.clientPort)
  return [
    `${flow.protocol} ${from} to ${formatEndpoint(flow.address, flow.port)}: ${answer(report)}`,
    '',
    ...table(facts(report)),
    '',
    'why',
    ...why.map((line) => `  ${line}`),
    `  so it is counted as ${verdict.name}: ${verdict.description}`,
  ].join('\n')
}

function answer({ verdict, destination }: FlowReport): string {
  if (destination !== null && /^(?:TX|REDIRECT|STACK)_/.test(verdict.name)) return `goes to ${destination}`
  return verdict.action === 'DROP' ? `is dropped: ${verdict.description}` : `passes untouched: ${verdict.description}`
}

function facts({ service, choice, connection, way, verdict, destination }: FlowReport): string[][] {
  const { ring, member, move, source } = choice ?? {}
  return [
    ['service', service === null ? 'none' : `${service.name ?? service.frontend} (id ${service.id})`],
    ...(ring ? [['slot', `${ring.slot} of ${ring.slots}`]] : []),
    ...(move ? [['moves', `${move.phase}${move.previous === undefined ? '' : `, from ${move.previous}`}`]] : []),
    ...(member ? [['chosen', `${formatEndpoint(member.address, member.port)} (member ${member.id})`]] : []),
    ['connection', connection === null ? 'none' : `${connection.state}, to ${connection.backend}`],
    ...(source === undefined && connection === null ? [] : [['source', connection?.source ?? source ?? '']]),
    ...(destination === null ? [] : [['goes to', destination]]),
    ...(way && 'device' in way ? [['next hop', `${way.nextHop} (${way.mac ?? 'not resolved'}) by ${way.device}`]] : []),
    ['verdict', verdict.name],
  ]
}
