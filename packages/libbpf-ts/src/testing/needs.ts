import { spawnSync } from 'node:child_process'
import { existsSync } from 'node:fs'
import { release } from 'node:os'
import { bpftoolPath, needing, needs, type Need } from '@skep/testbed'
import type { FeatureName } from '../probe/features.ts'
import { probe } from '../probe/probe.ts'

const VMLINUX = '/sys/kernel/btf/vmlinux'

function kernelHas(feature: FeatureName, since: string): Need[] {
  return [needs.feature(feature, () => (probe.feature(feature).supported === false ? `Linux ${since}` : undefined))]
}

/** For what nothing but its absence shows. */
function isBefore(...wanted: [major: number, minor: number]): boolean {
  const [major = 0, minor = 0] = release().split('.').map(Number)
  return major < wanted[0] || (major === wanted[0] && minor < wanted[1])
}

const NEEDS = {
  root: [needs.root, needs.bpf],
  bpftool: [needs.bpftool],
  kernelBtf: [needs.feature('kernelBtf', () => (existsSync(VMLINUX) ? undefined : `no ${VMLINUX}`))],
  mapTake: kernelHas('map-take', '5.14'),
  tcx: kernelHas('tcx', '6.6'),
  xdpTestContext: kernelHas('xdp-test-context', '5.15'),
  verifiedInstructions: [
    needs.feature('instructions that the verifier read', () => (isBefore(5, 16) ? 'Linux 5.16' : undefined)),
  ],
  liveFrames: kernelHas('live-frames', '5.18'),
  perfEventLink: kernelHas('perf-event-link', '5.15'),
  binutils: [needs.binary('nm'), needs.binary('objdump')],
  clang: [needs.binary('clang-14')],
} as const satisfies Record<string, readonly Need[]>

/** `describe`, skipped with its reason in the name where the machine lacks something. */
export function describeWith(names: readonly (keyof typeof NEEDS)[], name: string, body: () => void): void {
  needing(...names.flatMap((need) => NEEDS[need])).describe(name, body)
}

/** What bpftool answers in JSON. */
export function bpftool(...args: string[]): unknown {
  const { status, stdout, stderr } = spawnSync(bpftoolPath(), ['-j', ...args], { encoding: 'utf8', maxBuffer: 1 << 28 })
  if (status !== 0) throw new Error(`bpftool ${args.join(' ')}: ${stderr || stdout}`)
  return stdout.trim() === '' ? undefined : JSON.parse(stdout)
}
