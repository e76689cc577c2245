import { existsSync } from 'node:fs'
import { join } from 'node:path'
import { type Counter, counterCodec, type DecapVerdictInfo, decapVerdictsByIndex } from '@skep/datapath/decap'
import { MapHandle, PerCpuMap, u32 } from 'libbpf-ts'
import { openNetlink } from 'netlink-ts'
import { type Hook, type Owner, presentHooks, readOwner } from '@skep/lb-engine'
import type { InstancePaths } from '../instance/paths.ts'
import { table } from '@skep/terminal'
import { type FlowGauge, readFlows } from './flows.ts'

/** A backend as it is in the kernel, whether or not a process runs it. Counters count since it was installed. */
export interface DecapStatus {
  readonly instance: string
  /** Nobody ever ran it: `null`. */
  readonly process: Owner | null
  readonly hooks: readonly HookStatus[]
  readonly verdicts: readonly (DecapVerdictInfo & { readonly packets: number; readonly bytes: number })[]
  /** What options spoke of; `null` where it is not installed. */
  readonly flows: FlowGauge | null
}

/** A device's hook. `by` of one whose device has gone is `gone`. */
export interface HookStatus {
  readonly device: string
  readonly direction: 'in' | 'out'
  readonly by: 'XDP, native' | 'XDP, generic' | 'tc' | 'gone'
}

/** Reads an instance from the kernel. */
export function readDecapStatus(paths: InstancePaths): DecapStatus {
  using netlink = openNetlink()
  const by = ({ index, kind }: Hook): HookStatus['by'] => {
    if (index === 0) return 'gone'
    if (kind === 'tc') return 'tc'
    return netlink.link.get({ index })?.xdp?.mode === 'generic' ? 'XDP, generic' : 'XDP, native'
  }
  const hooks = presentHooks(paths)
  return {
    instance: paths.instance,
    process: readOwner(paths) ?? null,
    hooks: hooks.map((hook) => ({ device: hook.device, direction: hook.direction, by: by(hook) })),
    verdicts: readVerdicts(paths),
    flows: readFlows(paths),
  }
}

/** For people: counters that are 0 are left out. */
export function formatDecapStatus({ instance, process, hooks, verdicts, flows }: DecapStatus): string {
  if (flows === null) return `backend ${instance}: not installed`
  const runs = process?.alive ? `process ${process.pid} runs it since ${process.since}, with ${process.config}` : NOBODY
  const seen = verdicts.filter(({ packets }) => packets > 0)
  return [
    `backend ${instance}: ${runs}`,
    ...section(
      'devices',
      hooks.map(({ device, direction, by }) => [device, direction, by]),
    ),
    ...section(
      'what became of the packets',
      seen.length === 0
        ? [['none so far']]
        : seen.map(({ name, packets, description }) => [name, `${packets}`, description]),
    ),
    ...section('flows that options spoke of', [describeFlows(flows)]),
  ].join('\n')
}

function describeFlows({ used, size, percent, warning }: FlowGauge): string[] {
  return [`${used} of ${size}`, `${percent} %`, warning ? 'WARNING: raise spec.flows, or flows in use give way' : '']
}

const NOBODY =
  'NO PROCESS RUNS IT. Packets are served all the same; changes of configuration and addresses are not followed. Start it again: skep-lb decap run'

function readVerdicts(paths: InstancePaths): DecapStatus['verdicts'] {
  const pin = join(paths.maps, 'decap_counters')
  if (!existsSync(pin)) return []
  using map = new PerCpuMap(MapHandle.openPinned(pin), { key: u32, value: counterCodec })
  return [...map.entries()].flatMap(([index, cpus]) => {
    const info = decapVerdictsByIndex[index]
    return info ? [{ ...info, packets: total(cpus, 'packets'), bytes: total(cpus, 'bytes') }] : []
  })
}

function total(cpus: readonly Counter[], field: keyof Counter): number {
  return Number(cpus.reduce((sum, counter) => sum + counter[field], 0n))
}

function section(title: string, rows: readonly (readonly string[])[]): string[] {
  return ['', title, ...table(rows).map((line) => `  ${line}`)]
}
