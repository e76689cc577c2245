import type { NetworkNamespace } from '../src/namespace/namespace.ts'

/** What `ip -j -d` (iproute2, the second reader) says in a namespace. */
export async function ipJson<T extends object = Record<string, unknown>>(
  ns: NetworkNamespace,
  ...args: readonly string[]
): Promise<T[]> {
  return JSON.parse((await run(ns, 'ip', ['-j', '-d', ...args])) || '[]') as T[]
}

/** Runs a command that must succeed; what it says on stdout. */
export async function run(ns: NetworkNamespace, command: string, args: readonly string[]): Promise<string> {
  const { code, stdout, stderr } = await ns.exec(command, args)
  if (code !== 0) throw new Error(`${command} ${args.join(' ')}: ${stderr}`)
  return stdout.trim()
}
