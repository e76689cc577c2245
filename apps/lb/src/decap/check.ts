import { existsSync, readFileSync } from 'node:fs'
import { readSnapshot } from '@skep/device-detect'
import { openNetlink, type Netlink } from 'netlink-ts'
import {
  type DecapSpec,
  deviceWarnings,
  explainDevices,
  fixedSizes,
  ownAddresses,
  selectDevices,
  xdpModesFor,
} from '@skep/lb-engine'
import type { InstancePaths } from '../instance/paths.ts'
import { missingForRun } from '../host/preflight.ts'
import { loadDecapConfig } from './load.ts'
import { devicesOfMachine } from './machine.ts'

/** What `decap run` would do on this machine, a line each. Changes nothing. Throws `ConfigError`. */
export function checkDecap(paths: InstancePaths, file: string): string[] {
  const missing = missingForRun(paths)
  const accept = (spec: DecapSpec) => (missing.length === 0 ? fixedSizes(paths, spec) : [])
  const spec = loadDecapConfig(file, { machine: devicesOfMachine, accept })
  using netlink = openNetlink()
  const selected = selectDevices(spec.devices, readSnapshot(netlink))
  const { devices } = selected
  return [
    `${file}: valid`,
    `devices: ${devices.join(', ') || 'none'}; ${spec.acceleration === 'tc' ? 'tc' : `XDP mode: ${xdpModesFor(spec.acceleration).join(', else ')}`}`,
    ...explainDevices(selected, spec.devices),
    ...(spec.dispatch.includes('ipip') ? describeIpip(spec, netlink) : []),
    ...(spec.dispatch.includes('opt')
      ? [`options that name one of ${spec.vips.join(', ')} are heeded, for up to ${spec.flows} flows at one time`]
      : []),
    ...[...deviceWarnings(selected), ...warnings(spec, netlink, devices)].map((line) => `warning: ${line}`),
    ...missing.map((line) => `missing for run: ${line}`),
  ]
}

function describeIpip(spec: DecapSpec, netlink: Netlink): string[] {
  const own = ownAddresses(netlink, spec)
  return [
    `IPIP is taken off from ${spec.sources.join(', ')}, to ${own.join(', ') || 'nobody: this host has no address'}, for ${spec.vips.join(', ')}`,
  ]
}

/** What the stack would do with packets that these programs hand to it. */
function warnings(spec: DecapSpec, netlink: Netlink, devices: readonly string[]): string[] {
  if (!spec.dispatch.includes('ipip')) return []
  const held = new Set([...netlink.address.list()].map(({ address }) => address.split('/')[0]))
  const single = spec.vips.filter((vip) => /\/(32|128)$/.test(vip) && !vip.endsWith('::/32'))
  return [
    ...single
      .filter((vip) => !held.has(vip.split('/')[0]))
      .map((vip) => `${vip} is on no device, so the stack will not take what is for it: ip addr add ${vip} dev lo`),
    ...devices
      .filter(filtersStrictly)
      .map(
        (device) =>
          `net.ipv4.conf.${device}.rp_filter is strict: clients whose way back is not by ${device} are dropped; write 2 or 0`,
      ),
  ]
}

/** The larger of a device's value and that of all counts. */
function filtersStrictly(device: string): boolean {
  const values = ['all', device].map((name) => `/proc/sys/net/ipv4/conf/${name}/rp_filter`)
  return Math.max(...values.map((file) => (existsSync(file) ? Number(readFileSync(file, 'utf8')) : 0))) === 1
}
