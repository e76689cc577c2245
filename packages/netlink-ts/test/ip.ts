import { isDeepStrictEqual } from 'node:util'
import type { NetworkNamespace } from '../src/namespace/namespace.ts'

/** What `ip -j -d` (iproute2, the second reader) says in a namespace. */
export async function ipJson<T extends object = Record<string, unknown>>(
  ns: NetworkNamespace,
  ...args: readonly string[]
): Promise<T[]> {
  return JSON.parse((await run(ns, 'ip', ['-j', '-d', ...args])) || '[]') as T[]
}

/** What both readers say of one state: read here before and after, until the kernel changed nothing meanwhile. */
export async function together<O, T>(ours: () => O, theirs: () => Promise<T>): Promise<[ours: O, theirs: T]> {
  for (;;) {
    const before = ours()
    const read = await theirs()
    if (isDeepStrictEqual(before, ours())) return [before, read]
  }
}

/** Runs a command that must succeed; what it says on stdout. */
export async function run(ns: NetworkNamespace, command: string, args: readonly string[]): Promise<string> {
  const { code, stdout, stderr } = await ns.exec(command, args)
  if (code !== 0) throw new Error(`${command} ${args.join(' ')}: ${stderr}`)
  return stdout.trim()
}
