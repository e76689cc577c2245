import type { Decap } from '@skep/datapath/decap'
import type { Netlink } from 'netlink-ts'
import { selectDevices } from '../devices/select.ts'
import type { InstancePaths } from '../instance/paths.ts'
import type { DecapSpec } from './config.ts'
import { applyHookStep, presentHooks } from './hooks.ts'
import { planHooks, wantedHooks } from './plan.ts'
import { ownAddresses, writeTables } from './tables.ts'

/** What a round did that is worth a line. */
export interface RoundReport {
  readonly devices: readonly string[]
  readonly done: readonly string[]
  readonly refused: readonly string[]
}

/** Makes what is installed what is wanted. Tables come before hooks: no packet meets an empty one. */
export function round(paths: InstancePaths, spec: DecapSpec, decap: Decap, netlink: Netlink): RoundReport {
  const links = [...netlink.link.list()]
  const { devices } = selectDevices(
    spec.devices,
    links.map(({ name }) => name),
  )
  const wanted = links.filter(({ name }) => devices.includes(name)).map(({ name, index }) => ({ name, index }))
  writeTables(decap.maps, spec, ownAddresses(netlink, spec))
  const { steps, refused } = planHooks(wantedHooks(spec, wanted), presentHooks(paths))
  const done = steps.flatMap((step) => applyHookStep(step, paths, decap.programs, spec) ?? [])
  return { devices, done, refused }
}
