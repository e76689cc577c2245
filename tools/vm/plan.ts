import { globSync } from 'node:fs'
import type { Work } from './guest/job.ts'
import { MATRIX } from './kernels/choose.ts'
import { Sums } from './kept/sum.ts'
import { kernelTests, matrixTests, smokeTests } from './suites.ts'

/** What to do in each virtual machine, and for how long at most. */
export interface Plan {
  readonly job: Work
  readonly timeoutMs: number
  /** Two where tests race; one is quicker, as one processor of this machine emulates them all. */
  readonly cpus: 1 | 2
}

/** What was asked for on the command line. */
export interface Asked {
  readonly smoke: boolean
  /** Not only those that kernels may do otherwise. */
  readonly all?: boolean
  /** In the paths of the files: `bond`, or several, `devices/bond,devices/vrf`. */
  readonly tests?: string
  /** `2/4`: the second quarter. */
  readonly shard?: string
}

const MINUTE = 60_000

/** For a kernel: all objects and all tests that ask something of it, or a part; a message where there is no such part. */
export function planOf(root: string, asked: Asked, kernel: string, sums: Sums = new Sums(root)): Plan | string {
  const { smoke, tests, shard } = asked
  if (smoke) return plan(sums, shipped(root), smokeTests(kernel), { minutes: 30, cpus: 1 })
  const part = shard === undefined ? { number: 1, of: 1 } : partOf(shard)
  if (typeof part === 'string') return part
  const isPart = (_: string, index: number): boolean => index % part.of === part.number - 1
  const all = asked.all === true || tests !== undefined ? kernelTests(root) : matrixTests(root)
  // The first part has the programs.
  const objects = part.number === 1 ? [...shipped(root), ...forTests(root)] : []
  if (tests === undefined) return plan(sums, objects, all.filter(isPart), { minutes: 480, cpus: 2 })
  const parts = namesIn(tests)
  const chosen = all.filter((path) => parts.some((one) => path.includes(one)))
  if (chosen.length === 0) return `TESTS=${tests}: no test that asks something of the kernel has this in its path`
  return plan(sums, [], chosen.filter(isPart), { minutes: 240, cpus: 2 })
}

function plan(
  sums: Sums,
  objects: readonly string[],
  tests: readonly string[],
  { minutes, cpus }: { readonly minutes: number; readonly cpus: 1 | 2 },
): Plan {
  const files = tests.map((file) => ({ file, sum: sums.ofTest(file) }))
  return { job: { objects, sum: sums.ofPrograms(objects), tests: files }, timeoutMs: minutes * MINUTE, cpus }
}

function shipped(root: string): string[] {
  return globSync('packages/datapath/objects/*.bpf.o', { cwd: root }).toSorted()
}

function forTests(root: string): string[] {
  return globSync(['packages/datapath/test-objects/*.bpf.o', 'packages/testbed/objects/*.bpf.o'], {
    cwd: root,
  }).toSorted()
}

function partOf(shard: string): { readonly number: number; readonly of: number } | string {
  const [, number, of] = /^(\d+)\/(\d+)$/.exec(shard)?.map(Number) ?? []
  const isPart = number !== undefined && of !== undefined && number >= 1 && number <= of
  return isPart ? { number, of } : `SHARD=${shard}: not like 2/4, the second of four parts`
}

function namesIn(list: string): string[] {
  return list.split(/[\s,]+/).filter(Boolean)
}

/** The kernels named, with spaces or commas between them, or all of the matrix; a message for what is no kernel's name. */
export function kernelsOf(names: string | undefined): readonly string[] | string {
  const named = names === undefined ? MATRIX : namesIn(names)
  const wrong = named.find((name) => !/^(newest|\d+\.\d+)$/.test(name))
  return wrong === undefined ? named : `KERNEL=${wrong}: not like 6.1, and not "newest"`
}
