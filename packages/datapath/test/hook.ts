import { type Need, needing, needs } from '@skep/testbed'
import { BpfError, probe, type Program, skbContext, type TestRunResult, xdpContext } from 'libbpf-ts'
import { loadLbTc } from '../src/lb-tc.ts'
import { verdicts } from '../src/verdicts.gen.ts'
import { lacksOfKernel } from '../src/kernel.ts'
import type { VerdictName } from './counted.ts'

/** Where a program stands. */
export type Hook = 'xdp' | 'tc'

/** Attaches at tc, on the way in: by a link, or by a filter where the kernel has no links there (before Linux 6.6). */
export function attachAtTc(program: Program, device: string): Disposable {
  const hook = { device, direction: 'ingress' } as const
  return probe.feature('tcx').supported === true ? program.attachTcx(hook) : program.attachTc(hook)
}

/** Where test runs can say by which device a packet came in: at tc before Linux 5.15. */
export const hookOfRuns: Hook = probe.feature('xdp-test-context').supported === false ? 'tc' : 'xdp'

/** For tests that do so at XDP. */
export const deviceOfRuns: Need = needs.feature('device of a test run at XDP', () =>
  hookOfRuns === 'xdp' ? undefined : 'Linux 5.15',
)

/** For tests with objects of their own, of which there is no second one for old kernels. */
export const compareAndSwap: Need = needs.feature('compare-and-swap in objects for tests', () =>
  lacksOfKernel().length === 0 ? undefined : 'Linux 5.12',
)

/** For tests that send frames as they are, out of a device. */
export const liveFrames: Need = needs.feature('live frames', () =>
  probe.feature('live-frames').supported === false ? 'Linux 5.18' : undefined,
)

/**
 * A suite for the program at each hook: both are told by one story, and so pass one table. `packets`: by test runs, or real
 * ones on a network.
 */
export function atEachHook(
  title: string,
  suite: (hook: Hook) => void,
  packets: 'test runs' | 'real' = 'test runs',
  ...more: Need[]
): void {
  for (const hook of ['xdp', 'tc'] as const) {
    const asks = hook === 'xdp' && packets === 'test runs' ? [deviceOfRuns] : []
    needing(needs.root, needs.bpf, ...asks, ...more).describe(`${title}, at ${hook}`, () => suite(hook))
  }
}

/** For tests of what a route's MTU decides: Linux before 5.12 does not tell it at tc. */
export function toldMtu(hook: Hook): ReturnType<typeof needing>['test'] {
  return needing(...(hook === 'tc' ? [MTU] : [])).test
}

const MTU = needs.feature('MTU of a route', () => (lacksOfKernel().length === 0 ? undefined : 'Linux 5.12'))

/** Runs a program once, as if the packet came in by a device. */
export function runAt(hook: Hook, program: Program, data: Uint8Array, ifindex?: number): TestRunResult {
  const summed = hook === 'tc' && keepsSums() && tagsOf(data) === 0 && data.length < CUT
  const result = program.testRun({ data, checksumComplete: summed, ...contextAt(hook, data.length, ifindex) })
  return hook === 'xdp' ? result : { ...result, data: withOutermostTag(data, result.data) }
}

/**
 * Where the kernel has made a tagged frame longer or shorter, its outermost tag is beside it, as it is on packets that
 * come by a device, and a test run does not show it.
 Nor is its sum of such a frame the one that it would keep of one that comes by a device.
 */
function withOutermostTag(sent: Uint8Array, found: Uint8Array): Uint8Array {
  if (tagsOf(sent) <= tagsOf(found)) return found
  return Uint8Array.of(...found.subarray(0, MACS), ...sent.subarray(MACS, MACS + TAG), ...found.subarray(MACS))
}

function tagsOf(frame: Uint8Array, at = MACS): number {
  const type = ((frame[at] ?? 0) << 8) | (frame[at + 1] ?? 0)
  return type === 0x8100 || type === 0x88a8 ? 1 + tagsOf(frame, at + TAG) : 0
}

/** Whether the kernel can compare its sum of a packet with the packet afterwards, so that this is asserted. */
const keepsSums = lazily(() => {
  using lb = loadLbTc()
  try {
    lb.programs.lbTc.testRun({ data: new Uint8Array(64), checksumComplete: true })
    return true
  } catch (error) {
    if (error instanceof BpfError && error.code === 'REFUSED') return false
    throw error
  }
})

function lazily<T>(make: () => T): () => T {
  let made: { readonly value: T } | undefined
  return () => (made ??= { value: make() }).value
}

/** So long that the packet may be cut down to an answer: then the kernel keeps no sum, and compares all the same. */
const CUT = 500
const MACS = 12
const TAG = 4

export function contextAt(hook: Hook, length: number, ifindex?: number): { readonly context?: Uint8Array } {
  if (ifindex === undefined) return {}
  if (hook === 'xdp') return { context: xdpContext(length, { ingressIfindex: ifindex }) }
  return { context: skbContext({ ifindex }) }
}

/** The shortest frame that BPF_PROG_RUN takes: an Ethernet header, and at tc an IP header too. */
export function leastAt(hook: Hook, family: 'v4' | 'v6'): number {
  return hook === 'xdp' ? 14 : 14 + { v4: 20, v6: 40 }[family]
}

const xdpActions = ['ABORTED', 'DROP', 'PASS', 'TX', 'REDIRECT']
const tcActions: Readonly<Record<number, string>> = { [-1]: 'PASS', 2: 'DROP', 7: 'REDIRECT' }

/** A packet that tc redirects to the device it came in by is one that XDP transmits. */
export function actionAt(hook: Hook, returned: number, verdict: VerdictName): string {
  if (hook === 'xdp') return xdpActions[returned] ?? String(returned)
  const action = tcActions[returned >> 0] ?? String(returned)
  return action === 'REDIRECT' && verdicts[verdict].action === 'TX' ? 'TX' : action
}
