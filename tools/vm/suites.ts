import { globSync, readFileSync } from 'node:fs'
import { join } from 'node:path'

/** Few and quick: golden packets through a program that is loaded once. */
export const SMOKE: readonly string[] = ['packages/datapath/src/few-paths.test.ts']

/** The same with real connections, for kernels that take other ways: objects of their own, or filters at tc. */
export const OLD_SMOKE: readonly string[] = [...SMOKE, 'packages/datapath/src/few-connections.netns.test.ts']

/** Those of the matrix before Linux 6.6. */
const OLD: readonly string[] = ['5.10', '6.1']

/** The smoke set of a kernel, by its name in the matrix. */
export function smokeTests(kernel: string): readonly string[] {
  return OLD.includes(kernel) ? OLD_SMOKE : SMOKE
}

const FOLDERS = '{packages,apps}/*/{src,test}/**/*.test.ts'

/** Files whose tests ask something of the kernel: network tests, and those that say that they need root or BPF. */
export function kernelTests(root: string): string[] {
  return globSync(FOLDERS, { cwd: root })
    .filter((path) => asksKernel(readFileSync(join(root, path), 'utf8'), path.endsWith('.netns.test.ts')))
    .toSorted()
}

/**
 * By what it is registered with: `needing(needs.root …)`, libbpf-ts's `describeWith(['root'] …)`, datapath's `atEachHook(…)`
 * and `fewPaths(…)`. Those with a cluster do not count: emulated, a control plane takes minutes to start.
 */
export function asksKernel(source: string, isNetns = false): boolean {
  if (/\bneeding\(\.\.\.(cluster|controlPlane)Needs/.test(source)) return false
  return isNetns || /\bneeding\(|\bdescribeWith\(|\batEachHook\(|\bfewPaths\(/.test(source)
}
