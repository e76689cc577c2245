import { globSync, readFileSync } from 'node:fs'
import { join } from 'node:path'

/** Few and quick: golden packets through a program that is loaded once, and services at sockets. */
export const SMOKE: readonly string[] = [
  'packages/datapath/src/few-paths.test.ts',
  'packages/sock-lb/src/few-sockets.netns.test.ts',
]

/** The same with real connections, for kernels that take other ways: objects of their own, or filters at tc. */
export const OLD_SMOKE: readonly string[] = [...SMOKE, 'packages/datapath/src/few-connections.netns.test.ts']

/** Those of the matrix before Linux 6.6. */
const OLD: readonly string[] = ['5.10', '6.1']

/** The smoke set of a kernel, by its name in the matrix. */
export function smokeTests(kernel: string): readonly string[] {
  return OLD.includes(kernel) ? OLD_SMOKE : SMOKE
}

const FOLDERS = '{packages,apps}/*/{src,test}/**/*.test.ts'

/**
 * Tests that meet the kernel as any program does: routing protocols over ordinary sockets, commands and their output, long
 * loads of what shorter tests show. They are run where they are asked for.
 */
const AS_ANY_PROGRAM: readonly RegExp[] = [
  /^(packages\/(bgp|bfd|vrrp)|apps\/(bgp|agent|lb\/test))\//,
  /^apps\/lb\/src\/(announce|api|bgp|cilium|drain|get|metrics|top)\//,
  /^apps\/lb\/src\/health\//,
  /^apps\/lb\/src\/(cli|permissions|unit)\./,
  // Starts that are killed and made again, for ten minutes: their tables are told of by `lb-maps`.
  /^apps\/lb\/src\/upgrade\//,
  // What a program does with packets, golden packets tell of each kernel.
  /^apps\/lb\/src\/((admission|affinity|dsr|dsr-[a-z-]+|ecmp|fragments|instances)\.|capture\/|controller\/|decap\/(served|process)\.|senders\/)/,
]

/** Races between processors: emulated, they take turns. */
const RACES = /^packages\/datapath\/src\/(record-)?contention\./

/** What tells most of a kernel comes first: a run may be ended, and gone on with another day. */
const FIRST: readonly string[] = [
  'packages/datapath/',
  'packages/libbpf-ts/',
  'packages/netlink-ts/',
  'packages/sock-lb/',
  'packages/pod-tc/',
  'packages/neighbor/',
  'packages/device-detect/',
  'packages/services/',
  'packages/lb-maps/',
  'packages/cgroup/',
  'packages/sockets-ts/',
  'packages/lb-engine/',
  'packages/testbed/',
  'apps/lb/src/devices',
  'apps/lb/src/decap/',
  'apps/lb/src/tc.',
  'apps/lb/src/next-hops',
  'apps/lb/src/uplinks',
  'apps/lb/src/network-changes',
  'apps/lb/src/upgrade/',
  'apps/lb/src/run.',
  'apps/lb/src/',
  'packages/',
]

/** The ordinary set of a kernel: of {@link kernelTests} those that kernels may do otherwise. */
export function matrixTests(root: string): string[] {
  return kernelTests(root).filter((path) => ![...AS_ANY_PROGRAM, RACES].some((those) => those.test(path)))
}

/** Files whose tests ask something of the kernel: network tests, and those that say that they need root or BPF. */
export function kernelTests(root: string): string[] {
  return globSync(FOLDERS, { cwd: root })
    .filter((path) => asksKernel(readFileSync(join(root, path), 'utf8'), path.endsWith('.netns.test.ts')))
    .toSorted((a, b) => placeOf(a) - placeOf(b) || a.localeCompare(b))
}

function placeOf(path: string): number {
  const place = FIRST.findIndex((start) => path.startsWith(start))
  return place === -1 ? FIRST.length : place
}

/**
 * By what it is registered with: `needing(needs.root …)`, libbpf-ts's `describeWith(['root'] …)`, datapath's `atEachHook(…)`
 * and `fewPaths(…)`. What needs only programs is the same on every kernel. Those with a cluster do not count: emulated, a
 * control plane takes minutes to start.
 */
export function asksKernel(source: string, isNetns = false): boolean {
  if (/\bneeding\(\.\.\.(cluster|controlPlane)Needs/.test(source)) return false
  return (
    isNetns ||
    /\bneeds\.(root|bpf|kind|feature)\b|\bdescribeWith\(\[[^\]]*'(root|kernelBtf)'|\batEachHook\(|\bfewPaths\(/.test(
      source,
    )
  )
}
