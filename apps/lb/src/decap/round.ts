import type { Decap } from '@skep/datapath/decap'
import type { Netlink } from 'netlink-ts'
import {
  applyHookStep,
  type DecapSpec,
  type DeviceChoice,
  ownAddresses,
  planHooks,
  presentHooks,
  wantedHooks,
  writeTables,
} from '@skep/lb-engine'
import type { InstancePaths } from '../instance/paths.ts'

/** What a round did that is worth a line. */
export interface RoundReport {
  readonly done: readonly string[]
  readonly refused: readonly string[]
}

/** What a round looks at. */
export interface RoundParts {
  readonly netlink: Netlink
  readonly choice: DeviceChoice
}

/** Makes what is installed what is wanted. Tables come before hooks: no packet meets an empty one. */
export function round(
  paths: InstancePaths,
  spec: DecapSpec,
  decap: Decap,
  { netlink, choice }: RoundParts,
): RoundReport {
  const { devices: wanted, warnings } = choice.take(spec.devices)
  writeTables(decap.maps, spec, ownAddresses(netlink, spec))
  const { steps, refused } = planHooks(wantedHooks(spec, wanted), presentHooks(paths))
  const done = steps.flatMap((step) => applyHookStep(step, paths, decap.programs, spec) ?? [])
  return { done, refused: [...warnings, ...refused] }
}
