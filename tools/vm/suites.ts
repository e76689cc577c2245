import { globSync, readFileSync } from 'node:fs'
import { join } from 'node:path'

/** Few and quick: golden packets through a program that is loaded once, and real connections at both hooks. */
export const SMOKE: readonly string[] = [
  'packages/datapath/src/few-paths.test.ts',
  'packages/datapath/src/few-connections.netns.test.ts',
]

const FOLDERS = '{packages,apps}/*/{src,test}/**/*.test.ts'

/** Files whose tests ask something of the kernel: network tests, and those that say that they need root or BPF. */
export function kernelTests(root: string): string[] {
  return globSync(FOLDERS, { cwd: root })
    .filter((path) => path.endsWith('.netns.test.ts') || asksKernel(readFileSync(join(root, path), 'utf8')))
    .toSorted()
}

/** By what it is registered with: `needing(needs.root …)`, libbpf-ts's `describeWith(['root'] …)`, datapath's `atEachHook(…)`. */
export function asksKernel(source: string): boolean {
  return /\bneeding\(|\bdescribeWith\(|\batEachHook\(/.test(source)
}
