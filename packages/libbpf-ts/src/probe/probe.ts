import { chosen } from '../chosen.ts'
import { MAP_TYPES, type MapType } from '../maps/types.ts'
import { PROGRAM_TYPES, type ProgramType } from '../program/types.ts'
import { addon } from '../sys/addon.ts'
import type { ProbeAnswer } from './answer.ts'
import { errnoName } from '../errno.ts'
import { probeFeature, type FeatureName } from './features.ts'
import { probeHelper } from './helper.ts'
import type { HelperName } from './helpers.ts'
import { MAP_SINCE, PROGRAM_SINCE } from './since.ts'

/**
 * What this kernel can do, found out by trying, never by its version. Each answer is one of three: yes; no, with the
 * first kernel that has it; or not known, and why.
 *
 * Needs root for all but `feature('kernel-btf')`. Equivalent to: `bpftool feature probe kernel`.
 */
export const probe: {
  /** Whether maps of this type can be made. */
  readonly mapType: (type: MapType) => ProbeAnswer
  /** Whether programs of this type can be loaded. */
  readonly programType: (type: ProgramType) => ProbeAnswer
  /** Whether programs of this type may call this helper. */
  readonly helper: (type: ProgramType, helper: HelperName) => ProbeAnswer
  /** Commands, flags, links and instructions that are no type of their own. */
  readonly feature: (name: FeatureName) => ProbeAnswer
} = {
  mapType: (type) =>
    fromLibbpf(addon().probeMap(chosen(MAP_TYPES, type, 'probe.mapType', 'map type')), MAP_SINCE[type]),
  programType: (type) =>
    fromLibbpf(
      addon().probeProgram(chosen(PROGRAM_TYPES, type, 'probe.programType', 'program type')),
      PROGRAM_SINCE[type],
    ),
  helper: probeHelper,
  feature: probeFeature,
}

function fromLibbpf(result: number, since: string): ProbeAnswer {
  if (result === 1) return { supported: true }
  if (result === 0) return { supported: false, since }
  return { supported: 'unknown', why: why(errnoName(result)) }
}

function why(errno: string): string {
  if (errno === 'EOPNOTSUPP') return 'the installed libbpf has no probe for it'
  if (errno === 'EPERM') return 'EPERM: probing takes root'
  return `libbpf's probe failed: ${errno}`
}
