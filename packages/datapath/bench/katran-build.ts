import { execFileSync } from 'node:child_process'
import { existsSync } from 'node:fs'
import { join } from 'node:path'

const SOURCE = 'katran/lib/bpf/balancer.bpf.c'
const QUIET = ['-Wno-unused-value', '-Wno-pointer-sign', '-Wno-compare-distinct-pointer-types']

/**
 * Katran's balancer, compiled from a checkout of it as its own Makefile-bpf does, without options (IPIP), by the compiler
 * that ours is made with. Nothing is written into the checkout.
 */
export function buildKatran(checkout: string): Uint8Array {
  if (!existsSync(join(checkout, SOURCE)))
    throw new Error(`KATRAN=${checkout}: no ${SOURCE} there; it must be a checkout of facebookincubator/katran`)
  for (const tool of ['clang-14', 'llc-14'])
    if (!process.env['PATH']?.split(':').some((folder) => existsSync(join(folder, tool))))
      throw new Error(`KATRAN needs ${tool}. Debian/Ubuntu: apt-get install clang-14 llvm-14`)
  const run = (program: string, args: readonly string[], input?: Uint8Array): Uint8Array =>
    execFileSync(program, args, { cwd: checkout, input, maxBuffer: 1 << 26, stdio: ['pipe', 'pipe', 'ignore'] })
  const flags = ['-I.', '-Iinclude', '-DDEBUG', '-D__KERNEL__', ...QUIET, '-O2', '-g']
  const ir = run('clang-14', [...flags, '-emit-llvm', '-c', SOURCE, '-o', '-'])
  return run('llc-14', ['-march=bpf', '-filetype=obj', '-o', '-'], ir)
}
