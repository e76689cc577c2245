import { globSync } from 'node:fs'
import type { Job } from './guest/job.ts'
import { MATRIX } from './kernels/choose.ts'
import { kernelTests, smokeTests } from './suites.ts'

/** What to do in each virtual machine, and for how long at most. */
export interface Plan {
  readonly job: Job
  readonly timeoutMs: number
  /** Two where tests race; one is quicker, as one processor of this machine emulates them all. */
  readonly cpus: 1 | 2
}

/** What was asked for on the command line. */
interface Asked {
  readonly smoke: boolean
  readonly tests?: string
}

const MINUTE = 60_000

/** For a kernel: all objects and all tests that ask something of it, or a part; a message where there is no such part. */
export function planOf(root: string, { smoke, tests }: Asked, kernel: string): Plan | string {
  const shipped = globSync('packages/datapath/objects/*.bpf.o', { cwd: root })
  if (smoke) return { job: { objects: shipped.toSorted(), tests: smokeTests(kernel) }, timeoutMs: 10 * MINUTE, cpus: 1 }
  const all = kernelTests(root)
  if (tests === undefined) {
    const others = globSync(['packages/datapath/test-objects/*.bpf.o', 'packages/testbed/objects/*.bpf.o'], {
      cwd: root,
    })
    return {
      job: { objects: [...shipped.toSorted(), ...others.toSorted()], tests: all },
      timeoutMs: 240 * MINUTE,
      cpus: 2,
    }
  }
  const chosen = all.filter((path) => path.includes(tests))
  if (chosen.length === 0) return `TESTS=${tests}: no test that asks something of the kernel has this in its path`
  return { job: { objects: [], tests: chosen }, timeoutMs: 120 * MINUTE, cpus: 2 }
}

/** The kernels named, with spaces or commas between them, or all of the matrix; a message for what is no kernel's name. */
export function kernelsOf(names: string | undefined): readonly string[] | string {
  const named = names?.split(/[\s,]+/).filter(Boolean) ?? MATRIX
  const wrong = named.find((name) => !/^(newest|\d+\.\d+)$/.test(name))
  return wrong === undefined ? named : `KERNEL=${wrong}: not like 6.1, and not "newest"`
}
