import { existsSync } from 'node:fs'
import { checkAnnouncements } from '../announce/check.ts'
import { bgpLines } from '../bgp/check.ts'
import { readSnapshot } from '@skep/device-detect'
import { kinds } from '@skep/lb-health'
import { type Netlink, openNetlink } from 'netlink-ts'
import type { Config } from '../config/config.ts'
import { loadConfig } from '../config/load.ts'
import { count } from '@skep/config-file'
import {
  type EngineModel,
  backendAddresses,
  backendNeeds,
  deviceWarnings,
  domainsOf,
  explainDevices,
  fixedFindings,
  formatKey,
  kernelNotes,
  modesFor,
  nativeNote,
  planLayers,
  plannedChanges,
  procSettings,
  readInstalled,
  resolveBackends,
  type RouteDomain,
  routeLookup,
  selectDevices,
  type Selected,
  sizingFor,
  usesFamily,
  wantedSettings,
} from '@skep/lb-engine'
import type { InstancePaths } from '../instance/paths.ts'
import { engineModel } from '../config/model.ts'
import { missingForRun } from '../host/preflight.ts'
import { sourceRangeWarnings } from './source-ranges.ts'
import { frameWarnings } from './frames.ts'
import { ownFrontendWarnings } from './own-frontends.ts'
import { tunnelWarnings } from './tunnel.ts'
import { vethWarnings } from './veth.ts'
import { vlanTagWarnings } from './vlan-tags.ts'
import { machineRules } from '../machine.ts'
import { findWay } from '../explain/route.ts'

/** What `run` would do on this machine, a line each. */
export interface CheckReport {
  readonly lines: readonly string[]
  /** What works, but perhaps not as it is meant. */
  readonly warnings: readonly string[]
}

/** Looks at a configuration and at this machine. Changes nothing. Throws `ConfigError`. */
export function check(paths: InstancePaths, file: string): CheckReport {
  const missing = missingForRun(paths)
  const installed = missing.length === 0 && existsSync(paths.maps) ? readInstalled(paths) : undefined
  const config = loadConfig(file, {
    machine: machineRules(),
    accept: (wanted) => (installed ? fixedFindings(installed, wanted) : []),
  })
  const host = describeHost(config)
  return {
    lines: [
      `${file}: valid`,
      ...config.services.map(describeService),
      ...host.lines,
      `memory for the tables: ${Math.ceil(sizingFor(config).bytes / 2 ** 20)} MB`,
      ...kernelNotes(),
      ...missing.map((line) => `missing for run: ${line}`),
    ],
    warnings: host.warnings,
  }
}

function describeService({ name, frontends, backends, healthCheck }: Config['services'][number]): string {
  const kind = kinds.find((one) => healthCheck?.[one] !== undefined)
  const checked = kind === undefined ? '' : `, checked by ${kind} every ${healthCheck?.intervalSeconds} s`
  return `service ${name}: ${count(frontends.length, 'frontend')}, ${count(backends.length, 'backend')}${checked}`
}

function describeHost(config: Config): CheckReport {
  using netlink = openNetlink()
  const links = [...netlink.link.list()]
  const selected = selectDevices(config.devices, readSnapshot(netlink))
  const { devices } = selected
  const names = new Map(links.map(({ index, name }) => [index, name]))
  const indexes = links.flatMap(({ index, name }) => (devices.includes(name) ? [index] : []))
  const domains = domainsOf(links, indexes)
  const model = engineModel(config)
  const { sources, unreachable, warnings } = resolveBackends({
    backends: backendAddresses(model),
    lookup: routeLookup(netlink, (index) => names.get(index) ?? `device ${index}`, domains),
    sources: config.snat.sources,
    devices,
    before: new Map(),
    needs: backendNeeds(model),
  })
  const own = [...netlink.address.list()].map(({ address, index }) => ({
    address: address.split('/')[0]!,
    device: names.get(index) ?? `device ${index}`,
  }))
  const chosen = links.filter(({ name }) => devices.includes(name))
  const layers = planLayers(links, indexes, selected.explanations)
  const announced = checkAnnouncements(config, netlink)
  return {
    lines: [
      `devices: ${devices.join(', ') || 'none'}; mode: ${modesFor(config.acceleration).join(', else ')}`,
      ...explainDevices(selected, config.devices),
      ...describeAbove(config, selected),
      ...(layers.carried.length > 0
        ? [`VLAN devices that the programs below carry: ${layers.carried.join(', ')}`]
        : []),
      `own addresses towards the backends: ${[...new Set(sources.values())].join(', ') || 'none'}, ports ${config.snat.portRange.from}-${config.snat.portRange.to}`,
      ...announced.lines,
      ...bgpLines(config),
      ...describeSettings(model, [...devices, ...layers.carried]),
    ],
    warnings: [
      ...deviceWarnings(selected),
      ...frameWarnings(chosen),
      ...vlanTagWarnings(links, layers.arrivals),
      ...unreachable.values(),
      ...warnings,
      ...ownFrontendWarnings(config, own),
      ...sourceRangeWarnings(config),
      ...announced.warnings,
      ...tunnelWarnings(config, (address) => wayTo(netlink, address, domains)),
      ...(config.acceleration === 'generic' || config.acceleration === 'tc' ? [] : vethWarnings(chosen)),
    ],
  }
}

/** What is special about devices above others, a line each. */
function describeAbove({ acceleration }: Config, { explanations }: Pick<Selected, 'explanations'>): string[] {
  if (acceleration === 'generic' || acceleration === 'tc') return []
  return explanations.flatMap(({ device, kind, chosen }) => {
    const note = chosen ? nativeNote(kind) : undefined
    return note === undefined ? [] : [`device ${device}: ${modesFor(acceleration, kind).join(', else ')}; ${note}`]
  })
}

/** The largest packet that the way to an address takes; `undefined` where there is no way. */
function wayTo(netlink: Netlink, address: string, domains: readonly RouteDomain[]): number | undefined {
  const way = findWay(netlink, address, domains)
  return 'mtu' in way ? way.mtu : undefined
}

function describeSettings(model: EngineModel, devices: readonly string[]): string[] {
  const settings = procSettings()
  const needs = { devices, ipv4: usesFamily(model, 4), ipv6: usesFamily(model, 6), portRange: model.snat.portRange }
  const wanted = wantedSettings(needs, settings)
  const why = new Map(wanted.map(({ key, why: reason }) => [key, reason]))
  return plannedChanges(wanted, settings).map(
    ({ key, from, to }) => `kernel setting ${formatKey(key)}: ${from || '(none)'} → ${to} (${why.get(key)})`,
  )
}
