import { accessSync, constants, statSync } from 'node:fs'
import { delimiter, join } from 'node:path'
import { whyNoBpf } from './bpf.ts'
import { whyNoBpftool } from './bpftool.ts'
import { GO, whyNoGo } from './go.ts'
import type { TestGlobals } from './globals.ts'
import { testGlobals } from './globals.ts'
import { KIND, whyNoKind } from './kind.ts'

/** What a test needs of the machine. */
export interface Need {
  /** One word, as a skipped test's name and the closing report have it. */
  readonly name: string
  /** Why this machine does not have it; `undefined` when it does. */
  readonly missing: () => string | undefined
  /** Nobody but the test can try it: the skipped test's name says why it is missing, too. */
  readonly isFeature?: true
}

/** Stands between a feature's name and why it is missing. */
export const BECAUSE = ': '

/** What tests commonly need. */
export const needs: {
  /** The superuser, in the initial user namespace's terms: namespaces, devices, sockets of all kinds. */
  readonly root: Need
  /** Leave to load BPF programs, and a bpffs. */
  readonly bpf: Need
  /** A bpftool that runs: {@link bpftoolPath}. */
  readonly bpftool: Need
  /** A program in `PATH`. */
  readonly binary: (name: string) => Need
  /** Devices of a kind (`ip link add type <kind>`), which the kernel may be built without. */
  readonly kind: (kind: string) => Need
  /** Go, of this version or newer: `go('1.26.0')`. */
  readonly go: (version: string) => Need
  /** Anything else; `missing` tries it, and says what came of that. */
  readonly feature: (name: string, missing: () => string | undefined) => Need
} = {
  root: { name: 'root', missing: whyNotRoot },
  bpf: { name: 'bpf', missing: whyNoBpf },
  bpftool: { name: 'bpftool', missing: whyNoBpftool },
  binary: (name) => ({ name, missing: () => whyNoBinary(name) }),
  kind: (kind) => ({ name: `${KIND}${kind}`, missing: () => whyNoKind(kind) }),
  go: (version) => ({ name: `${GO}${version}`, missing: () => whyNoGo(version) }),
  feature: (name, missing) => ({ name, missing, isFeature: true }),
}

/**
 * `describe` and `test` that run where the machine has all of these, and else skip, with what is missing in their
 * names: `packets through a veth (needs root, tcpdump)`. The closing reporter lists those names, and fails the run for
 * a test that is skipped without such a need or although the need is met.
 *
 *     const { test } = needing(needs.root, needs.bpf)
 */
export function needing(...all: readonly Need[]): TestGlobals {
  const globals = testGlobals()
  const others = all.filter(({ isFeature, missing: whyNot }) => isFeature !== true && whyNot() !== undefined)
  // A feature is found out by trying, which takes what else is needed.
  const missing = others.length > 0 ? others.map(({ name }) => name) : all.flatMap(lackOf)
  if (missing.length === 0) return globals
  const suffix = ` (needs ${missing.join(', ')})`
  return { test: skipping(globals.test.skip, suffix), describe: skipping(globals.describe.skip, suffix) }
}

function lackOf({ name, missing }: Need): string[] {
  const why = missing()
  return why === undefined ? [] : [`${name}${BECAUSE}${plain(why)}`]
}

/** Without what ends a need in a test's name. */
function plain(why: string): string {
  return why.replaceAll(/[(),\s]+/g, ' ').trim()
}

type Registration<Rest extends unknown[]> = (name: string, ...rest: Rest) => void

function skipping<Rest extends unknown[]>(
  skip: Registration<Rest>,
  suffix: string,
): Registration<Rest> & { readonly skip: Registration<Rest> } {
  return Object.assign((name: string, ...rest: Rest) => skip(name + suffix, ...rest), { skip })
}

function whyNotRoot(): string | undefined {
  const uid = process.geteuid?.()
  return uid === 0 ? undefined : `this process runs as user ${uid}`
}

function whyNoBinary(name: string): string | undefined {
  const folders = (process.env['PATH'] ?? '').split(delimiter)
  return folders.some((folder) => isExecutable(join(folder, name))) ? undefined : `no ${name} in PATH`
}

function isExecutable(path: string): boolean {
  try {
    accessSync(path, constants.X_OK)
    return statSync(path).isFile()
  } catch {
    return false
  }
}
