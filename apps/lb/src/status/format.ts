import type { DeviceStatus } from '@skep/lb-engine'
import { describeAnnounce } from '../announce/report.ts'
import { count } from '@skep/config-file'
import type { MemberStatus, ServiceStatus, Status } from './status.ts'
import { table } from '@skep/terminal'

const MOST_NEXT_HOPS = 16

/** For people: what matters first, counters that are 0 left out. */
export function formatStatus(status: Status): string {
  if (status.program === null && status.devices.length === 0 && status.services.length === 0)
    return `instance ${status.instance}: not installed`
  return [
    `instance ${status.instance}: ${describeProcess(status)}`,
    ...section('devices', status.devices.map(describeDevice)),
    ...status.services.flatMap(describeService),
    ...describeHealth(status),
    ...announced(status),
    ...describeEjections(status),
    ...nextHops(status),
    ...section('connections', describeConnections(status)),
    ...section('what became of the packets', describeVerdicts(status)),
    ...section('fill', describeGauges(status)),
    ...kernelLacks(status),
  ].join('\n')
}

function describeProcess({ process, devices }: Status): string {
  const onNone = !devices.some(({ attached }) => attached)
  if (onNone && process?.alive)
    return `process ${process.pid} runs it since ${process.since}, on no device: nothing is balanced until one is there that spec.devices chooses (skep-lb get devices)`
  if (onNone)
    return 'installed, but on no device: nothing is balanced. Start it again, or take the rest off: skep-lb uninstall'
  if (process === null) return 'installed, but no process ever finished its start; packets are served as the tables say'
  if (process.alive) return `process ${process.pid} runs it since ${process.since}, with ${process.config}`
  return `NO PROCESS RUNS IT (${process.pid} has ended). Packets are served all the same; changes of configuration and network are not followed. Start it again: skep-lb run --config ${process.config}`
}

function describeDevice({ name, mode, reason, attached }: DeviceStatus): string[] {
  return [name, attached ? mode : 'gone', reason ?? '']
}

function describeService(service: ServiceStatus): string[] {
  const { name, frontend, packets, bytes, members } = service
  const title = `service ${name === undefined ? '' : `${name} `}${frontend} (${describeWay(service)}): ${packets} packets, ${bytes} bytes`
  return section(title, members.length === 0 ? [['no backends']] : members.map(describeMember))
}

function describeWay({
  id,
  mode,
  algorithm,
  affinity,
  slots,
  moving,
  records,
  ranges,
  rateLimit,
}: ServiceStatus): string {
  return [
    `id ${id}`,
    mode,
    ...(algorithm === 'random' ? ['at random'] : []),
    ...(affinity ? ['session affinity'] : []),
    `${slots} slots`,
    ...(moving > 0 ? [`${moving} change hands`] : []),
    ...(records > 0 ? [`room for ${records} records`] : []),
    ...(ranges === null ? [] : [`admits ${count(ranges, 'source range')}`]),
    ...(rateLimit === null ? [] : [`limited to ${rateLimit}`]),
  ].join(', ')
}

function describeMember({ id, backend, source, share, packets, bytes, draining, flows }: MemberStatus): string[] {
  return [
    `id ${id}`,
    backend,
    source === 'none' ? '' : `from ${source}`,
    draining ? 'leaves' : `${(100 * share).toFixed(1)} %`,
    `${packets} packets`,
    `${bytes} bytes`,
    flows > 0 ? `${flows} flows recorded` : '',
  ]
}

function describeHealth({ health }: Status): string[] {
  if (health === null) return []
  if (health.pid === null)
    return section('health', [
      ['NO PROCESS CHECKS. Backends stay as they were judged last; skep-lb run starts it again'],
    ])
  const lines = health.services.flatMap(({ text, backends }) => [text, ...backends.map((one) => `  ${one.text}`)])
  return section(
    `health, checked by process ${health.pid}`,
    lines.map((line) => [line]),
  )
}

function announced({ announce }: Status): string[] {
  const rows = describeAnnounce(announce).map((line) => [line])
  return rows.length === 0 ? [] : section('announced addresses', rows)
}

function describeEjections({ ejections }: Status): string[] {
  const rows = ejections.map(({ service, text }) => [`${service}: ${text}`])
  return rows.length === 0 ? [] : section('ejected, because their connections fail', rows)
}

/** All of a small network; of a large one those that do not answer. */
function nextHops({ nextHops: all }: Status): string[] {
  const lost = all.filter(({ state }) => state !== 'usable')
  const shown = all.length > MOST_NEXT_HOPS ? lost.slice(0, MOST_NEXT_HOPS) : all
  if (all.length === 0) return []
  const rows = shown.map(({ address, device, text }) => [address, device, text])
  return section(`next hops, kept resolved: ${all.length - lost.length} of ${all.length}`, rows)
}

function kernelLacks({ kernel }: Status): string[] {
  const rows = kernel.lacks.map(({ needs, since, instead }) => [`no ${needs} (Linux ${since})`, instead])
  return rows.length === 0 ? [] : section(`kernel ${kernel.release} lacks, and what is done in its place`, rows)
}

function describeConnections({ connections }: Status): string[][] {
  return Object.entries(connections ?? {}).map(([state, count]) => [state, `${count}`])
}

function describeVerdicts({ verdicts }: Status): string[][] {
  const seen = verdicts.filter(({ packets }) => packets > 0)
  const rows = seen.map(({ verdict, packets, description }) => [verdict, `${packets}`, description])
  return rows.length === 0 ? [['none so far']] : rows
}

function describeGauges({ gauges }: Status): string[][] {
  return gauges.map(({ name, used, size, percent, warning, setting }) => [
    name,
    `${used} of ${size}`,
    `${percent} %`,
    warning ? `WARNING: raise ${setting}` : '',
  ])
}

function section(title: string, rows: readonly (readonly string[])[]): string[] {
  return ['', title, ...table(rows).map((line) => `  ${line}`)]
}
