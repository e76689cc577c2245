import { spawnSync } from 'node:child_process'
import { globSync } from 'node:fs'

/** Where Ubuntu keeps the programs of its kernels' tools. Any of them reads any kernel's maps. */
const UBUNTU = '/usr/lib/linux-tools/*/bpftool'

let found: { readonly path: string } | { readonly missing: string } | undefined

/**
 * The bpftool that runs: the one in `PATH`, or, on Ubuntu, that of another kernel than the running one. There the one in
 * `PATH` is a script that may find none. Throws if there is none.
 */
export function bpftoolPath(): string {
  found ??= find()
  if ('path' in found) return found.path
  throw new Error(`bpftool: ${found.missing}`)
}

export function whyNoBpftool(): string | undefined {
  found ??= find()
  return 'missing' in found ? found.missing : undefined
}

function find(): NonNullable<typeof found> {
  const all = ['bpftool', ...globSync(UBUNTU).toSorted().toReversed()]
  const path = all.find((one) => spawnSync(one, ['version']).status === 0)
  return path === undefined ? { missing: 'no bpftool in PATH that runs here' } : { path }
}
