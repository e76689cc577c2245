import { existsSync } from 'node:fs'
import { chosen } from '../chosen.ts'
import { MAP_FLAGS } from '../maps/types.ts'
import { addon } from '../sys/addon.ts'
import { Attr } from '../sys/attr.ts'
import { Command } from '../sys/commands.ts'
import { AttachType } from '../sys/link.ts'
import { ElementCalls, freezeMap } from '../sys/map.ts'
import { answerOf, type Expected, type ProbeAnswer } from './answer.ts'
import { COMPARE_AND_SWAP, globalVariable, LONG, LOOP, returning } from './instructions.ts'
import { firstBatch, load, NO_FD, nowhere, onFd, onMap, run, VMLINUX_BTF, xdpLink, xdpMd } from './questions.ts'

/** What `probe.feature` can be asked about. */
export type FeatureName =
  | 'map-batch'
  | 'per-cpu-array-batch'
  | 'map-mmap'
  | 'map-freeze'
  | 'map-take'
  | 'global-data'
  | 'bounded-loops'
  | 'long-programs'
  | 'compare-and-swap'
  | 'link'
  | 'xdp-link'
  | 'sk-lookup'
  | 'perf-event-link'
  | 'tcx'
  | 'live-frames'
  | 'xdp-test-context'
  | 'statistics'
  | 'kernel-btf'

/** One way to find out: what is asked, and which errno means what. */
interface Feature extends Expected {
  /** The first kernel that has it. */
  readonly since: string
  readonly test: () => number
}

const EINVAL = -22

const LOADS: Expected = { yes: [], no: ['EINVAL'] }
const KNOWN_COMMAND: Expected = { yes: ['EBADF'], no: ['EINVAL'] }
const BATCH: Expected = { yes: ['ENOENT'], no: ['EINVAL', 'ENOTSUPP'] }

const FEATURES: Readonly<Record<FeatureName, Feature>> = {
  'map-batch': { since: '5.6', ...BATCH, test: () => onMap('hash', 0, firstBatch) },
  'per-cpu-array-batch': { since: '5.13', ...BATCH, test: () => onMap('percpu_array', 0, firstBatch) },
  'map-mmap': { since: '5.5', ...LOADS, test: () => onMap('array', MAP_FLAGS.mmapable, Number) },
  'map-freeze': { since: '5.2', ...LOADS, test: () => onMap('array', 0, freezeMap) },
  'map-take': {
    since: '5.14',
    yes: ['ENOENT'],
    no: ['EINVAL', 'ENOTSUPP'],
    test: () => onMap('hash', 0, (fd) => new ElementCalls(fd).take(new Uint8Array(4), new Uint8Array(8))),
  },
  'global-data': {
    since: '5.2',
    yes: [],
    no: ['EINVAL', 'EACCES'],
    test: () => onMap('array', 0, (fd) => load('socket_filter', globalVariable(fd))),
  },
  'bounded-loops': { since: '5.3', yes: [], no: ['EINVAL'], test: () => load('socket_filter', LOOP) },
  'long-programs': { since: '5.2', yes: [], no: ['E2BIG', 'EINVAL'], test: () => load('socket_filter', LONG) },
  'compare-and-swap': { since: '5.12', ...LOADS, test: () => load('socket_filter', COMPARE_AND_SWAP) },
  link: { since: '5.7', ...KNOWN_COMMAND, test: () => nowhere('cgroup_skb', 0, NO_FD) },
  'xdp-link': { since: '5.9', yes: [], no: ['EINVAL'], test: xdpLink },
  'sk-lookup': { since: '5.9', ...LOADS, test: () => load('sk_lookup', returning(1)) },
  'perf-event-link': {
    since: '5.15',
    ...KNOWN_COMMAND,
    test: () => nowhere('tracepoint', AttachType.perfEvent, NO_FD),
  },
  tcx: { since: '6.6', yes: ['ENODEV'], no: ['EINVAL'], test: () => nowhere('sched_cls', AttachType.tcxIngress, 0) },
  // A batch that is too large: a kernel that knows the flag says so, and sends nothing.
  'live-frames': {
    since: '5.18',
    yes: ['E2BIG'],
    no: ['EINVAL'],
    test: () => run('xdp', { flags: 2, batchSize: 1 << 16 }),
  },
  'xdp-test-context': { since: '5.15', ...LOADS, test: () => run('xdp', { context: xdpMd() }) },
  statistics: { since: '5.8', ...LOADS, test: () => onFd(addon().bpf(Command.enableStats, new Attr(4).bytes), Number) },
  'kernel-btf': {
    since: '5.4 with CONFIG_DEBUG_INFO_BTF',
    ...LOADS,
    test: () => (existsSync(VMLINUX_BTF) ? 0 : EINVAL),
  },
}

/** All names that there are. */
export const FEATURE_NAMES: readonly FeatureName[] = Object.keys(FEATURES) as FeatureName[]

/** Asks the kernel. */
export function probeFeature(name: FeatureName): ProbeAnswer {
  const feature = chosen(FEATURES, name, 'probe.feature', 'feature')
  return answerOf(feature.test(), feature, feature.since)
}

/** Try, then probe to explain: whether a refusal with this errno is the kernel's age. */
export function explain(name: FeatureName, errno: number): ProbeAnswer | undefined {
  return errno === EINVAL ? probeFeature(name) : undefined
}
