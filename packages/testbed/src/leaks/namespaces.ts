import { readdirSync } from 'node:fs'

/** The named network namespaces of this machine, as `ip netns list` has them. */
export function namedNamespaces(): Map<string, string> {
  return new Map(namesIn('/run/netns').map((name) => [name, `network namespace ${name}`]))
}

function namesIn(directory: string): string[] {
  try {
    return readdirSync(directory)
  } catch {
    return []
  }
}
